/**
 * Which code runs beside other code of its run: branches of a Parallel, tool calls of a turn, members of a team. Known by
 * Temporal's cancellation scopes, because they follow the code through its awaits, into functions of users too.
 */
import { CancellationScope, inWorkflowContext } from '@temporalio/workflow';

/** On the scope itself: of two copies of holdpoint in a bundle, one may run what another has defined. */
const BESIDE = Symbol.for('holdpoint.beside');

/** Runs one of several pieces of work in their common scope. */
export function runBeside<T>(scope: CancellationScope, work: () => Promise<T>): Promise<T> {
  Object.assign(scope, { [BESIDE]: true });
  return scope.run(work);
}

/** Is the code that asks one of several that run now? */
export function runsBesideOthers(): boolean {
  return markOf(BESIDE) === true;
}

/** What a scope around the code that asks is marked with. Outside of a run there are none, and Temporal's proxies say so. */
export function markOf(mark: symbol): unknown {
  let scope = inWorkflowContext() ? CancellationScope.current() : undefined;
  for (; scope; scope = scope.parent) {
    const value: unknown = Reflect.get(scope, mark);
    if (value !== undefined) return value;
  }
}
