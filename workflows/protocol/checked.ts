/** A value that was checked, or one sentence about what is wrong with it. */
export type Checked<T> = Accepted<T> | Refused;

interface Accepted<T> {
  readonly ok: true;
  readonly value: T;
}

interface Refused {
  readonly ok: false;
  readonly problem: string;
}

export function accept<const T>(value: T): Accepted<T> {
  return { ok: true, value };
}

export function refuse(problem: string): Refused {
  return { ok: false, problem };
}
