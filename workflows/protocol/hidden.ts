/**
 * Characters that nobody sees, or that change what is seen: controls, marks that turn text round, what has no width. Where
 * a person decides, they are shown by their code. What joins letters or emoji stays, after what it can join.
 */
export const HIDDEN = /(?!\t|\r?\n|(?<=[^\0-\x7f])[\ufe0e\ufe0f\u200c\u200d])[\p{Cc}\p{DI}\p{Zl}\p{Zp}]/gu;

/** As JSON escapes it, so that JSON stays the same JSON. */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, (hidden) =>
    hidden.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
