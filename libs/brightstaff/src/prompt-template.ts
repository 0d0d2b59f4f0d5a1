/** A prompt with named places, such as `{tools}`, that plain text is put into. All other braces stand for themselves. */
export interface PromptTemplate<Placeholder extends string> {
  /** The prompt with its places filled. */
  fill(values: Readonly<Record<Placeholder, string>>): string;
}

/** A template, or the placeholders that it lacks. */
export type PromptTemplateResult<Placeholder extends string> =
  | { readonly ok: true; readonly template: PromptTemplate<Placeholder> }
  | { readonly ok: false; readonly missing: readonly Placeholder[] };

/**
 * Reads a template; each placeholder must be there at least once.
 *
 * @example
 * promptTemplate('Tools:\n{tools}', ['tools']); // { ok: true, template }
 * promptTemplate('Tools: none', ['tools']);     // { ok: false, missing: ['tools'] }
 */
export function promptTemplate<Placeholder extends string>(
  text: string,
  placeholders: readonly Placeholder[],
): PromptTemplateResult<Placeholder> {
  const missing = placeholders.filter((placeholder) => !text.includes(`{${placeholder}}`));
  if (missing.length > 0) return { ok: false, missing };
  const parts = cut(text, placeholders);
  return {
    ok: true,
    template: {
      fill(values) {
        let filled = '';
        for (const part of parts) filled += part.placeholder === undefined ? part.text : values[part.placeholder];
        return filled;
      },
    },
  };
}

interface Part<Placeholder> {
  readonly text: string;
  readonly placeholder: Placeholder | undefined;
}

/** Cuts before anything is filled in, so that what is filled in is never read as a placeholder. */
function cut<Placeholder extends string>(text: string, placeholders: readonly Placeholder[]): Part<Placeholder>[] {
  let parts: Part<Placeholder>[] = [{ text, placeholder: undefined }];
  for (const placeholder of placeholders) {
    parts = parts.flatMap((part) => {
      if (part.placeholder !== undefined) return [part];
      return part.text.split(`{${placeholder}}`).flatMap((piece, index): Part<Placeholder>[] =>
        index === 0
          ? [{ text: piece, placeholder: undefined }]
          : [
              { text: '', placeholder },
              { text: piece, placeholder: undefined },
            ],
      );
    });
  }
  return parts;
}
