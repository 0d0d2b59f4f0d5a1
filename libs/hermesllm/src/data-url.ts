/** Splits `data:image/png;base64,…`; undefined for any other URL and for data that is not base64. */
export function parseDataUrl(url: string): { mediaType: string | undefined; data: string } | undefined {
  if (!url.startsWith('data:')) return undefined;
  const comma = url.indexOf(',');
  if (comma === -1) return undefined;
  const parameters = url.slice(5, comma).split(';');
  if (parameters[parameters.length - 1]?.trim().toLowerCase() !== 'base64') return undefined;
  const mediaType = parameters.length > 1 ? parameters[0]?.trim() : undefined;
  return { mediaType: mediaType === '' ? undefined : mediaType, data: url.slice(comma + 1) };
}

/** `data:<mediaType>;base64,<data>`. */
export const dataUrl = (mediaType: string, data: string): string => `data:${mediaType};base64,${data}`;
