/** The questions, one kind of pause each; the answer goes to the requirement, which checks it. */
import { isDeepStrictEqual } from 'node:util';
import { accept, type Checked, refuse } from '../../workflows/protocol/checked.ts';
import { InvalidAnswer } from '../errors.ts';
import type { Requirement } from '../requirement.ts';
import type { ToolRequirement } from '../tool-requirement.ts';
import { askForValues } from './ask-values.ts';
import { editText } from './editor.ts';
import { aside, paint, print } from './output.ts';
import { oneLine } from './plain.ts';
import type { Prompts } from './prompts.ts';
import { rejectionOf, sendsBack } from './rejection.ts';
import { toolLines } from './render-requirement.ts';

type Question = (requirement: Requirement, prompts: Prompts) => Promise<void>;

/** Asks until the requirement has its answer. @throws {Stopped} */
export async function ask(requirement: Requirement, prompts: Prompts): Promise<void> {
  await untilTaken(() => QUESTIONS[requirement.kind](requirement, prompts));
}

/** An answer that does not fit is asked for again. */
async function untilTaken(question: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof InvalidAnswer)) throw error;
      aside(paint('red', oneLine(error.reason, 500)));
    }
  }
}

const QUESTIONS: Readonly<Record<Requirement['kind'], Question>> = {
  async confirmation(requirement, prompts) {
    if (await prompts.yes(questionOf(requirement), { no: noOf(requirement) })) requirement.confirm();
    else await reject(requirement, prompts);
  },

  async user_input(requirement, prompts) {
    if (!(await prompts.yes('Give the values?', { no: noOf(requirement) }))) return reject(requirement, prompts);
    requirement.setUserInput(await askForValues(requirement, prompts));
  },

  async 'confirmation+user_input'(requirement, prompts) {
    if (!(await prompts.yes(questionOf(requirement), { no: noOf(requirement) }))) return reject(requirement, prompts);
    requirement.setUserInput(await askForValues(requirement, prompts));
    requirement.confirm();
  },

  output_review: (requirement, prompts) => review(requirement, prompts),
  iteration_review: (requirement, prompts) => review(requirement, prompts),

  async route(requirement, prompts) {
    const { availableChoices = [], allowMultipleSelections, message = 'Which route?' } = requirement;
    const choices = availableChoices.map((value) => ({ value, label: value }));
    const none = `none of them${consequence(requirement)}`;
    const picked = allowMultipleSelections
      ? await prompts.several(message, choices)
      : [await prompts.one(message, [...choices, { value: undefined, label: `(${none})` }])];
    const routes = picked.filter((route) => route !== undefined);
    if (routes.length > 0) requirement.select(...routes);
    else if (await prompts.yes(`Sure: ${none}?`)) await reject(requirement, prompts);
    else await QUESTIONS.route(requirement, prompts);
  },

  async error(requirement, prompts) {
    const action = await prompts.one('What now?', [
      { value: 'retry', label: 'Try again' },
      { value: 'skip', label: requirement.toolCallId === undefined ? 'Go on without it' : 'Go on without a result' },
      ...(requirement.toolCallId === undefined
        ? []
        : [{ value: 'result', label: 'It has run: give its result' } as const]),
      { value: 'reject', label: 'Cancel the run' },
    ] as const);
    const again = 'It may have run already. Run it again?';
    if (action === 'retry' && requirement.mayHaveRun && !(await prompts.yes(again, { initial: false }))) {
      return QUESTIONS.error(requirement, prompts);
    }
    if (action === 'result') requirement.skip(await askForResult(prompts));
    else requirement[action]();
  },

  async executor(requirement, prompts) {
    for (const tool of requirement.tools.filter(({ isResolved }) => !isResolved)) {
      // Several calls: each is asked for with its arguments above it.
      if (requirement.tools.length > 1) print(...toolLines(tool));
      await untilTaken(() => TOOL_QUESTIONS[tool.kind](tool, prompts));
    }
  },
};

/** A rejected call ends nothing. */
const NO_CALL = { no: 'No: the model is told why, and goes on' };

const TOOL_QUESTIONS: Readonly<
  Record<ToolRequirement['kind'], (tool: ToolRequirement, prompts: Prompts) => Promise<void>>
> = {
  async confirmation(tool, prompts) {
    if (await prompts.yes(`Run ${tool.toolName} with these arguments?`, NO_CALL)) tool.confirm();
    else await reject(tool, prompts);
  },

  async user_input(tool, prompts) {
    if (!(await prompts.yes(`Give ${tool.toolName} its values?`, NO_CALL))) return reject(tool, prompts);
    tool.provideUserInput(await askForValues(tool, prompts));
  },

  async external_execution(tool, prompts) {
    if (!(await prompts.yes(`Has ${tool.toolName} run? Then give its result`, NO_CALL))) return reject(tool, prompts);
    tool.setExternalExecutionResult(await askForResult(prompts));
  },
};

async function review(requirement: Requirement, prompts: Prompts): Promise<void> {
  const labels = labelsOf(requirement);
  const action = await prompts.one(requirement.message ?? 'Keep it?', [
    { value: 'approve', label: labels.approve },
    { value: 'edit', label: labels.edit },
    { value: 'reject', label: rejectLabel(requirement) },
  ] as const);
  if (action === 'approve') requirement.confirm();
  else if (action === 'edit') await edit(requirement, prompts);
  else await reject(requirement, prompts);
}

/** After an iteration the question is whether to continue, and a yes stops the loop: only the labels can say so. */
function labelsOf({ kind }: Requirement): { readonly approve: string; readonly edit: string } {
  return kind === 'iteration_review'
    ? { approve: 'Enough: stop the loop here and keep its outputs', edit: 'Enough, but edit the last output' }
    : { approve: 'Approve', edit: 'Edit' };
}

function rejectLabel(requirement: Requirement): string {
  if (!sendsBack(requirement)) return `Reject${consequence(requirement)}`;
  return requirement.kind === 'iteration_review'
    ? 'Another iteration, with feedback'
    : `Send back${consequence(requirement)}`;
}

/** A text is edited as a text, anything else as JSON. */
async function edit(requirement: Requirement, prompts: Prompts): Promise<void> {
  const { id, output, preview } = requirement;
  if (output === undefined) {
    const what = `only a preview is here (${preview?.length ?? 0} characters)`;
    throw new InvalidAnswer(id, `${what}; start a worker to edit it`);
  }
  const isText = typeof output === 'string';
  await editText(isText ? output : JSON.stringify(output, null, 2), isText ? 'md' : 'json', prompts, (text) => {
    const content = isText ? text : jsonOf(text, id);
    // An editor that was left, or that did not wait, is no yes.
    if (isDeepStrictEqual(content, output)) {
      throw new InvalidAnswer(id, `nothing was changed; choose ${labelsOf(requirement).approve} to leave it as it is`);
    }
    requirement.edit(content);
  });
}

function jsonOf(text: string, id: string): unknown {
  // Some editors begin a file with a mark of its encoding.
  const parsed = parse(text.replace(/^\ufeff/, ''));
  if (!parsed.ok) throw new InvalidAnswer(id, parsed.problem);
  return parsed.value;
}

async function reject(asked: Requirement | ToolRequirement, prompts: Prompts): Promise<void> {
  const back = 'onReject' in asked && sendsBack(asked);
  const feedback = await prompts.text(`${back ? 'What should be different?' : 'Why not?'} (optional)`);
  asked.reject(feedback || undefined);
}

function noOf(requirement: Requirement): string {
  return `No${consequence(requirement)}`;
}

/** What follows a no, behind the word for it; nothing where that is not known. */
function consequence(requirement: Requirement): string {
  const does = rejectionOf(requirement);
  return does === undefined ? '' : `: ${does}`;
}

async function askForResult(prompts: Prompts): Promise<unknown> {
  const typed = await prompts.text('What came of it? (JSON, or a text)', (text) => {
    if (text.trim() === '') return 'nothing is no result; "" is an empty text';
    // Half of an object would pass for a text.
    const parsed = parse(text);
    return parsed.ok || !/^\s*[[{]/.test(text) ? undefined : parsed.problem;
  });
  const parsed = parse(typed);
  return parsed.ok ? parsed.value : typed;
}

function parse(json: string): Checked<unknown> {
  try {
    return accept(JSON.parse(json));
  } catch (error) {
    return refuse(`that is not JSON: ${(error as Error).message}`);
  }
}

function questionOf({ message, stepName }: Requirement): string {
  return message ?? `Run ${stepName}?`;
}
