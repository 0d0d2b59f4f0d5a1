/** What the README says of one thing that one can say to the demo. */
export interface Promised {
  readonly says: string;
  /** It belongs to the conversation of the line before. */
  readonly goesOn: boolean;
  /** The call of the API, such as `GET /path` or `POST /path {…}`; null when there is none. */
  readonly call: string | null;
  /** A text in the answer. */
  readonly answer: string;
}

/** The page's table and its first command, so that both are tried and not only read. */
export interface ReadmePromises {
  readonly promised: readonly Promised[];
  /** Path and body of the `curl` command. */
  readonly command: { readonly path: string; readonly body: string };
}

const row = /^\| (… and then: )?(.+?) \| (nothing|`(.+)`) \| `(.+)` \|$/;

/** @throws Error when the page has another form */
export function readPromises(readme: string): ReadmePromises {
  const promised = readme.split('\n').flatMap((line): Promised[] => {
    const found = row.exec(line);
    if (found === null) return [];
    const [, goesOn, says = '', , call, answer = ''] = found;
    return [{ says, goesOn: goesOn !== undefined, call: call ?? null, answer }];
  });
  const [, path, body] =
    /curl http:\/\/127\.0\.0\.1:10000(\S+) [^']*'content-type: application\/json' \\\n\s+-d '([^']+)'/.exec(readme) ?? [];
  if (promised.length === 0 || path === undefined || body === undefined) throw new Error('The README has no table or no curl command');
  return { promised, command: { path, body } };
}
