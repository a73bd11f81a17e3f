/**
 * Copies data into an object with methods. What data say under the name of one of these is left out: whoever writes a run's
 * data must not replace a method, nor keep the run from being read.
 */
export function copyFields(target: object, fields: object): void {
  Object.assign(target, Object.fromEntries(Object.entries(fields).filter(([key]) => !(key in target))));
}
