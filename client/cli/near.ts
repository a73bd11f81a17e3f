/** What may have been meant: the candidates that a mistyped word is close to. Pure. */

const MATCHES = 5;
/** Longer words are compared by their beginning only. */
const COMPARED = 200;

/** Best first: those that contain the word, then those that differ from it by at most a third. */
export function nearMatches(word: string, candidates: readonly string[]): string[] {
  const wanted = word.toLowerCase();
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= 1 / 3)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, MATCHES)
    .map(({ candidate }) => candidate);
}

/** From 0, the same, to 1. */
function distanceOf(word: string, candidate: string): number {
  if (word !== '' && candidate.startsWith(word)) return 0.1;
  if (word.length > 2 && candidate.includes(word)) return 0.2;
  const length = Math.max(word.length, candidate.length, 1);
  return edits(word.slice(0, COMPARED), candidate.slice(0, COMPARED)) / length;
}

/** Levenshtein's distance, row by row. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
