/** The path without percent escapes; empty, so that no route matches, when the escapes are broken. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
