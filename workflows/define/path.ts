/**
 * Paths of nodes: `refine[2]/draft` is the node `draft` in the second iteration of the node `refine`.
 * Requirement ids and idempotency keys are made of them, so they are deterministic and readable.
 */

const RESERVED = /[%/#~[\]\p{Cc}]/gu;

/** A name as a path segment; the characters that paths use themselves are percent-encoded. */
export function segment(name: string): string {
  return name.replace(RESERVED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Path of a child under its parent's path; the parent of a top-level node is `''`. */
export function childPath(parent: string, name: string): string {
  return parent === '' ? segment(name) : `${parent}/${segment(name)}`;
}

/** Path of the i-th iteration (1-based) of a loop. */
export function iterationPath(loop: string, iteration: number): string {
  return `${loop}[${iteration}]`;
}
