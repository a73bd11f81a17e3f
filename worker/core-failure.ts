/** Temporal's native side gives the failure of a workflow task as Rust prints it. */

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

/** The message of the outermost failure; `undefined` where there is none. */
export function messageIn(printed: string): string | undefined {
  const [, quoted] = /message: "((?:[^"\\]|\\.)*)"/.exec(printed) ?? [];
  return quoted?.replace(/\\(?:u\{([0-9a-f]+)\}|(.))/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCodePoint(Number.parseInt(code, 16)),
  );
}
