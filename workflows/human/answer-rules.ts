/**
 * Which answer fits which pause: a pure table, the same in the client (which throws at once) and in the workflow (which
 * refuses). Keeps H2, H3 and H5: anything that is not plainly an answer to what was asked is refused with a sentence.
 */
import { defined } from '../define/defined.ts';
import { asJson } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import type { Decision, DecisionAction } from '../protocol/signals.ts';
import { accept, type Checked, refuse } from '../protocol/checked.ts';
import type { RequirementKind, StepRequirement } from '../protocol/requirement.ts';
import { checkUserInput } from '../protocol/user-input.ts';
import { checkToolDecision, strayIn, type ToolAnswer } from './tool-answers.ts';

/** The fields that an answer adds to its requirement. */
export type Answer = Pick<
  StepRequirement,
  'resolution' | 'rejectionFeedback' | 'editedOutput' | 'userInput' | 'selectedChoices' | 'result'
> & {
  /** On an executor pause: its answers by tool call id. */
  readonly toolAnswers?: ReadonlyMap<string, ToolAnswer>;
};

/** The actions that each kind of pause takes; on an executor pause, what the kind of the tool call says ({@link ./tool-answers.ts}). */
export const ACTIONS: Readonly<Record<RequirementKind, readonly DecisionAction[]>> = {
  confirmation: ['confirm', 'reject'],
  user_input: ['input', 'reject'],
  'confirmation+user_input': ['confirm', 'reject'],
  output_review: ['confirm', 'edit', 'reject'],
  iteration_review: ['confirm', 'edit', 'reject'],
  route: ['select', 'reject'],
  executor: ['confirm', 'reject', 'input', 'result'],
  error: ['retry', 'skip', 'reject'],
};

/** The digest of an answer is not that of what the requirement shows (H5). */
export const SHOWN_OTHERWISE = 'the answer is to something else than what is shown now: look again and answer that';

const COMMON_FIELDS = ['requirement', 'action', 'digest'];
/** The keys that each action reads beside these; any other would be said and not heard. */
const FIELDS: Readonly<Record<DecisionAction, readonly (keyof Decision)[]>> = {
  confirm: ['values'],
  reject: ['feedback'],
  edit: ['output'],
  input: ['values'],
  select: ['choices'],
  retry: [],
  skip: ['result'],
  result: [],
};

/** The answer that a decision gives to an open requirement, or one sentence that says why it gives none. */
export function checkDecision(requirement: StepRequirement, decision: Decision): Checked<Answer> {
  const { kind } = requirement;
  const { action } = decision;
  if (kind === 'executor') {
    const checked = checkToolDecision(requirement, decision);
    return checked.ok ? accept({ toolAnswers: checked.value }) : checked;
  }
  if (action === undefined || !ACTIONS[kind].includes(action)) {
    return refuse(`${nameOf(action)} is no answer to this pause (${kind}); it takes ${ACTIONS[kind].join(', ')}`);
  }
  const stray = strayIn(decision, [...FIELDS[action], ...COMMON_FIELDS]);
  if (stray !== undefined) return refuse(`'${action}' takes no '${stray}'`);
  return ANSWERS[action](requirement, decision);
}

const ANSWERS: Readonly<Record<DecisionAction, (requirement: StepRequirement, decision: Decision) => Checked<Answer>>> =
  {
    confirm: (requirement, { values }) => {
      if (requirement.kind === 'confirmation+user_input') {
        if (values === undefined)
          return refuse('this pause needs the confirmation and the values together: add `values`');
        return inputAnswer(requirement, values);
      }
      return values === undefined ? accept({ resolution: 'confirmed' }) : refuse('this pause asks for no values');
    },
    reject: (_, { feedback }) => {
      if (feedback !== undefined && typeof feedback !== 'string') return refuse('feedback must be a string');
      return accept(
        // An empty field of a form is nothing said.
        defined({ resolution: 'rejected', rejectionFeedback: feedback || undefined }),
      );
    },
    edit: (_, { output }) =>
      output === undefined
        ? refuse('an edit needs the new `output`')
        : accept({ resolution: 'edited', editedOutput: output as Json }),
    input: (requirement, { values }) =>
      values === undefined ? refuse('`values` are missing') : inputAnswer(requirement, values),
    select: (requirement, { choices }) => selectAnswer(requirement, choices),
    retry: () => accept({ resolution: 'retried' }),
    skip: ({ toolCallId }, { result }) => {
      if (result === undefined) return accept({ resolution: 'skipped' });
      return toolCallId === undefined
        ? refuse('only a tool call that may have run can be skipped with a `result`')
        : accept({ resolution: 'skipped', result: asJson(result) });
    },
    result: () => refuse('no tool call waits here'),
  };

function inputAnswer(requirement: StepRequirement, values: unknown): Checked<Answer> {
  const checked = checkUserInput(requirement.userInputSchema, values);
  return checked.ok ? accept({ resolution: 'confirmed', userInput: checked.value }) : checked;
}

function selectAnswer(requirement: StepRequirement, choices: unknown): Checked<Answer> {
  const available = requirement.availableChoices ?? [];
  if (!Array.isArray(choices) || choices.length === 0 || choices.some((choice) => typeof choice !== 'string')) {
    return refuse(`\`choices\` must be a list with at least one of ${available.join(', ')}`);
  }
  const unknown = choices.find((choice) => !available.includes(choice));
  if (unknown !== undefined)
    return refuse(`unknown choice '${String(unknown).slice(0, 80)}'; choose from ${available.join(', ')}`);
  if (choices.length > 1 && !requirement.allowMultipleSelections) {
    return refuse(`only one route may be selected, got ${choices.length}`);
  }
  if (new Set(choices).size < choices.length) return refuse('a route is selected twice');
  return accept({ resolution: 'selected', selectedChoices: choices as string[] });
}

function nameOf(action: unknown): string {
  return typeof action === 'string' ? `'${action.slice(0, 40)}'` : 'an answer without `action`';
}
