/** The job of both sides: a small effect. */
export async function work(): Promise<string> {
  return 'done';
}
