/** Texts that are too long for their place, cut. */

const ELLIPSIS_BYTES = 3;

/** The text, or as much of it as fits, with an ellipsis. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** The text, or as much of it as fits into so many bytes of UTF-8, with an ellipsis; a character is never cut in two. */
export function cutBytes(text: string, limit: number): string {
  let size = 0;
  let kept = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (size > limit) return `${text.slice(0, kept)}…`;
    if (size <= limit - ELLIPSIS_BYTES) kept += character.length;
  }
  return text;
}
