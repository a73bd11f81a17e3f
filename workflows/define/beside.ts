/**
 * Which code runs beside other code of its run: branches of a Parallel, tool calls of a turn, members of a team. Known by
 * Temporal's cancellation scopes, because they follow the code through its awaits, into functions of users too.
 */
import { CancellationScope } from '@temporalio/workflow';

const scopes = new WeakSet<CancellationScope>();

/** Runs one of several pieces of work in their common scope. */
export function runBeside<T>(scope: CancellationScope, work: () => Promise<T>): Promise<T> {
  scopes.add(scope);
  return scope.run(work);
}

/** Is the code that asks one of several that run now? */
export function runsBesideOthers(): boolean {
  for (let scope: CancellationScope | undefined = CancellationScope.current(); scope; scope = scope.parent) {
    if (scopes.has(scope)) return true;
  }
  return false;
}
