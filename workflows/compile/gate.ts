/** The gate before a node: confirmation and user input, one requirement for both (H1, H2, H9). */
import { defined } from '../define/defined.ts';
import type { WorkflowNode } from '../define/node.ts';
import type { RequirementKind } from '../protocol/requirement.ts';
import type { Round } from './round.ts';
import { type Here, shownInput } from './scope.ts';
import { askUntilSettled } from './verdict.ts';
import type { Durable } from '../human/durable.ts';

/** What may run, or `undefined` where the human said no. */
export function* passGate(here: Here, kind: RequirementKind): Durable<Round | undefined> {
  const { review } = here;
  const question = defined({
    kind,
    message: messageOf(here, kind),
    input: shownInput(here),
    userInputSchema: kind === 'confirmation' ? undefined : review.userInputSchema,
  });
  const { verdict, answer } = yield* askUntilSettled(here, question, here.slot.place);
  if (verdict === 'omit') return undefined;
  return defined({ elseBranch: verdict === 'else', userInput: answer.userInput });
}

/** What is asked before the node, if anything. A Router's user input is the choice of a route, a pause of its own. */
export function gateKind({ node, review }: Here): RequirementKind | undefined {
  const input = review.requiresUserInput && node.kind === 'step';
  if (review.requiresConfirmation) return input ? 'confirmation+user_input' : 'confirmation';
  return input ? 'user_input' : undefined;
}

const STANDARD: { readonly [K in WorkflowNode['kind']]: (name: string) => string | undefined } = {
  step: () => undefined,
  steps: (name) => `Execute steps pipeline '${name}'?`,
  condition: (name) => `Execute condition '${name}'? (yes=if branch, no=else branch)`,
  loop: (name) => `Execute loop '${name}'?`,
  router: (name) => `Execute router '${name}' with selected steps?`,
  parallel: (name) => `Execute parallel '${name}'?`,
};

function messageOf({ node, review }: Here, kind: RequirementKind): string | undefined {
  const forInput = kind === 'confirmation' ? undefined : review.userInputMessage;
  return forInput ?? review.confirmationMessage ?? STANDARD[node.kind](node.name);
}
