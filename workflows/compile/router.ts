/** Router: its selected choices, chained in the order of the selection. */
import { asChoices, routerVariables } from '../define/cel-variables.ts';
import { describe } from '../define/describe.ts';
import { isExpression } from '../define/expression.ts';
import type { WorkflowNode } from '../define/node.ts';
import type { RouterNode } from '../define/router.ts';
import type { Body, Round } from './round.ts';
import type { Durable } from '../human/durable.ts';
import { NodeFailure } from '../human/outcome.ts';
import { containerOutput } from './output.ts';
import { type Here, inside, shownInput, stepInput } from './scope.ts';
import { runSequence } from './sequence.ts';
import { askUntilSettled, saidBefore } from './verdict.ts';

export const runRouter: Body<RouterNode> = function* (node, here, round, runNode) {
  const names = yield* selectedNames(node, here, round);
  if (names === undefined || names.length === 0) return undefined;
  const selected = names.map((name) => choiceNamed(node, name, here.path));
  const frame = here.slot.open(node.name, 'Router');
  yield* runSequence(selected, inside(here), frame, runNode, here.place);
  return containerOutput(frame);
};

/** The names of the selection; `undefined` where the human rejected them all. */
function* selectedNames(node: RouterNode, here: Here, round: Round): Durable<readonly string[] | undefined> {
  // A rejected output asks for a new route, whoever chose the first one; a retry after an error keeps the choice.
  if (!here.review.requiresUserInput && round.feedback === undefined)
    return yield* here.place.result('selected', () => select(node, here));
  round.selection ??= yield* askRoute(node, here, round);
  return round.selection === 'none' ? undefined : round.selection;
}

function* askRoute(node: RouterNode, here: Here, round: Round): Durable<readonly string[] | 'none'> {
  const choices = node.choices.map(({ name }) => name);
  const { userInputMessage, allowMultipleSelections } = here.review;
  const { verdict, answer } = yield* askUntilSettled(
    here,
    {
      kind: 'route',
      message: userInputMessage ?? `Select a route from: ${choices.join(', ')}`,
      input: shownInput(here),
      availableChoices: choices,
      allowMultipleSelections,
      ...saidBefore(round.feedback?.rejectionFeedback),
    },
    here.place,
  );
  return verdict === 'yes' ? answer.selectedChoices! : 'none';
}

function* select({ selector, choices }: RouterNode, here: Here): Durable<readonly string[]> {
  const input = stepInput(here);
  const names = choices.map(({ name }) => name);
  if (isExpression(selector)) return asChoices(selector.evaluate(routerVariables(input, names)));
  const selection = yield* here.scope.run.desk.settled(() => selector!(input));
  const list = Array.isArray(selection) ? selection : [selection];
  return list.map((choice: string | WorkflowNode) => (typeof choice === 'string' ? choice : nameOf(choice)));
}

/** What is no node is named as it is, for the error's text. */
function nameOf(choice: Partial<WorkflowNode> | undefined | null): string {
  return typeof choice?.name === 'string' ? choice.name : describe(choice);
}

function choiceNamed(node: RouterNode, name: string, path: string): WorkflowNode {
  const choice = node.choices.find((candidate) => candidate.name === name);
  if (choice) return choice;
  const known = node.choices.map((candidate) => candidate.name).join(', ');
  throw new NodeFailure(
    `Router '${node.name}' selected '${String(name)}', which is not among its choices: ${known}`,
    path,
  );
}
