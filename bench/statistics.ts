/** Percentiles and ratios of samples. */

/** The p-th percentile (0 to 100) of the numbers, by nearest rank. */
export function percentile(numbers: readonly number[], p: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]!;
}

/** `1.08x`: how many times the base. */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}
