/** The order in which a node begins. */
import { expect, it } from 'vitest';
import { runNode } from '../../../workflows/compile/node.ts';
import type { Scope } from '../../../workflows/compile/scope.ts';
import { Frame } from '../../../workflows/compile/tree.ts';
import { steps } from '../../../workflows/define/steps.ts';
import { step } from '../../../workflows/define/step.ts';
import { Branch, BranchStopped } from '../../../workflows/human/branch.ts';
import { drive } from '../../../workflows/human/durable.ts';
import { Place } from '../../../workflows/human/place.ts';

it('does not begin where a sibling has failed while it waited for room', async () => {
  const branch = new Branch();
  const begun: string[] = [];
  const desk = {
    *boundary() {
      branch.stop('failure');
      yield* [];
    },
    tell: (event: string) => begun.push(event),
  };
  const scope = { branch, path: '', run: { desk } } as unknown as Scope;
  const node = steps({ name: 's', steps: [step({ name: 'a', executor: () => begun.push('a') })] });
  const slot = new Frame('', 'Workflow').slot(new Place());
  await expect(drive(() => runNode(node, scope, slot))).rejects.toBeInstanceOf(BranchStopped);
  expect(begun).toEqual([]);
});
