/** The gate before a node: confirmation and user input, one requirement for both (H1, H2, H9). */
import { defined } from '../define/defined.ts';
import type { WorkflowNode } from '../define/node.ts';
import { type Round, UNGATED } from './round.ts';
import { type Here, shownInput } from './scope.ts';
import { askUntilSettled } from './verdict.ts';
import type { Durable } from '../human/durable.ts';
import { gateBefore, messageBefore } from '../human/gates.ts';

/** What may run, or `undefined` where the human said no. */
export function* passGate(here: Here): Durable<Round | undefined> {
  const { node, review } = here;
  const kind = gateBefore(node, review);
  if (kind === undefined) return UNGATED;
  const question = defined({
    kind,
    message: messageBefore(review, kind) ?? STANDARD[node.kind](node.name),
    input: shownInput(here),
    userInputSchema: kind === 'confirmation' ? undefined : review.userInputSchema,
  });
  const { verdict, answer } = yield* askUntilSettled(here, question, here.slot.place);
  if (verdict === 'omit') return undefined;
  return defined({ elseBranch: verdict === 'else', userInput: answer.userInput });
}

const STANDARD: { readonly [K in WorkflowNode['kind']]: (name: string) => string | undefined } = {
  step: () => undefined,
  steps: (name) => `Execute steps pipeline '${name}'?`,
  condition: (name) => `Execute condition '${name}'? (yes=if branch, no=else branch)`,
  loop: (name) => `Execute loop '${name}'?`,
  router: (name) => `Execute router '${name}' with selected steps?`,
  parallel: (name) => `Execute parallel '${name}'?`,
};
