/**
 * The bundled definitions at the start of a worker: what they need of it, and it does not have, stops it or is told, so that
 * no run has to find out.
 */
import { readFile } from 'node:fs/promises';
import { type BundleOptions, Runtime, type WorkerOptions } from '@temporalio/worker';
import type { AgentDefinition, TeamDefinition } from '../activities/agent.ts';
import type { Agents } from '../activities/agent-activities.ts';
import { definitionOf } from '../workflows/define/definition.ts';
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { refuseGenerator } from '../workflows/define/generator.ts';
import type { HumanReviewOptions } from '../workflows/define/human-review.ts';
import { childrenOf, type WorkflowNode } from '../workflows/define/node.ts';
import { childPath } from '../workflows/define/path.ts';
import { pauseOf } from '../workflows/define/pause.ts';
import type { StepNode } from '../workflows/define/step.ts';
import { generateType } from '../workflows/protocol/agent.ts';
import { loadBundle } from './load-bundle.ts';

/** What a worker has for its workflows. */
export interface Known {
  readonly taskQueue: string;
  /** Left out where other workers have them: nobody knows their names here. */
  readonly activities?: object;
  readonly agents: Agents;
}

/** A bundle is checked here; one that the SDK is still to make, when it is made. @throws {DefinitionError} */
export async function withCheckedDefinitions(worker: WorkerOptions, known: Known): Promise<WorkerOptions> {
  const { activities } = known;
  if (activities) checkActivities(activities);
  const { workflowBundle, workflowsPath, bundlerOptions } = worker;
  if (workflowBundle) {
    checkDefinitions(
      'code' in workflowBundle ? workflowBundle.code : await readFile(workflowBundle.codePath, 'utf8'),
      known,
    );
  } else if (workflowsPath !== undefined) {
    const webpackConfigHook: ConfigHook = (config) => {
      const theirs = bundlerOptions?.webpackConfigHook?.(config) ?? config;
      return {
        ...theirs,
        plugins: [...(theirs.plugins ?? []), new CheckEmit((code) => checkDefinitions(code, known))],
      };
    };
    return { ...worker, bundlerOptions: { ...bundlerOptions, webpackConfigHook } };
  }
  return worker;
}

/** A workflow sees its proxy of an activity, and nothing of what the activity carries (H1). */
function checkActivities(activities: object): void {
  for (const [name, activity] of Object.entries(activities)) {
    if (!pauseOf(activity)) continue;
    throw new DefinitionError(
      name,
      'pause() around an activity asks nobody; put it around the proxy in the workflow, or humanReview on the step.',
    );
  }
}

type ConfigHook = NonNullable<BundleOptions['webpackConfigHook']>;

/** As much of webpack's compiler as is needed: its own types are not installed with the SDK. */
interface Compiler {
  readonly hooks: { readonly emit: { tap(name: string, emit: (compilation: Compilation) => void): void } };
}
interface Compilation {
  readonly errors: readonly unknown[];
  readonly assets: Readonly<Record<string, { source(): string | Buffer }>>;
}

class CheckEmit {
  readonly #check: (code: string) => void;

  constructor(check: (code: string) => void) {
    this.#check = check;
  }

  apply(compiler: Compiler): void {
    // Not after it: then webpack has let go of the code.
    compiler.hooks.emit.tap('holdpoint', ({ errors, assets }) => {
      if (errors.length === 0) for (const asset of Object.values(assets)) this.#check(String(asset.source()));
    });
  }
}

/** @throws {DefinitionError} naming workflow, step and agent */
function checkDefinitions(code: string, known: Known): void {
  const { logger } = Runtime.instance();
  const { activities } = known;
  const exported = loadBundle(code, (problem, cause) => new Error(`the workflow bundle: ${problem}`, { cause }));
  for (const value of Object.values(exported)) {
    const definition = definitionOf(value);
    if (!definition) continue;
    for (const [path, node] of nodesOf(definition.steps, definition.name)) {
      if (node.kind === 'step' && activities) {
        checkAgent(node, path, { ...known, activities });
        const { executor } = node;
        if (executor.kind === 'activity') {
          refuseGenerator((activities as Record<string, unknown>)[executor.ref.name], path);
        }
      }
      for (const warning of warningsOf(node, known)) logger.warn(`${path}: ${warning}`);
    }
  }
}

function* nodesOf(nodes: readonly WorkflowNode[], parent: string): Generator<[path: string, node: WorkflowNode]> {
  for (const node of nodes) {
    const path = childPath(parent, node.name);
    yield [path, node];
    for (const children of childrenOf(node)) yield* nodesOf(children, path);
  }
}

/** Where somebody has written a question that nobody is asked. */
const QUESTIONS = {
  confirmationMessage: 'requiresConfirmation',
  userInputMessage: 'requiresUserInput',
  userInputSchema: 'requiresUserInput',
  outputReviewMessage: 'requiresOutputReview',
  iterationReviewMessage: 'requiresIterationReview',
} as const;

/** A Router whose output is sent back asks for a route in any case; a step asks for values in the words of its confirmation. */
function asksAnyway(kind: WorkflowNode['kind'], question: string, review: Partial<HumanReviewOptions>): boolean {
  if (kind === 'router') return question === 'userInputMessage' && Boolean(review.requiresOutputReview);
  return question === 'confirmationMessage' && review.requiresUserInput === true;
}

/** What is allowed, and hardly meant: a run would show it only when it is too late. */
function* warningsOf(node: WorkflowNode, { taskQueue, activities }: Known): Generator<string> {
  const review: Partial<HumanReviewOptions> = node.humanReview ?? {};
  for (const [question, flag] of Object.entries(QUESTIONS)) {
    const isAsked = review[flag as keyof typeof review] !== undefined || asksAnyway(node.kind, question, review);
    if (review[question as keyof typeof review] !== undefined && !isAsked)
      yield `${question} asks nothing without ${flag}: true.`;
  }
  if (node.kind !== 'step') return;
  const { executor } = node;
  const gate = executor.kind === 'function' ? pauseOf(executor.fn) : undefined;
  for (const flag of ['requiresConfirmation', 'requiresUserInput'] as const) {
    const isLost = gate?.[flag] && review[flag] === undefined;
    if (isLost) yield `its humanReview replaces the whole pause() of its function: ${flag} is gone.`;
  }
  if (activities === undefined || executor.kind !== 'activity') return;
  const { name, options } = executor.ref;
  // Temporal calls the one named `default` for any name that is not there.
  if ([name, 'default'].some((each) => Object.hasOwn(activities, each))) return;
  const isOurs = !('taskQueue' in options) || options.taskQueue === undefined || options.taskQueue === taskQueue;
  if (isOurs) yield `this worker has no activity '${name}', which the step calls.`;
}

function checkAgent(
  { executor, humanReview }: StepNode,
  path: string,
  { taskQueue, activities, agents }: Required<Known>,
): void {
  if (executor.kind !== 'agent' && executor.kind !== 'team') return;
  const { kind, ref } = executor;
  // Another worker's.
  if (ref.options.taskQueue !== undefined && ref.options.taskQueue !== taskQueue) return;
  const agent = Object.hasOwn(agents, ref.name) ? agents[ref.name] : undefined;
  if (!agent && !Object.hasOwn(activities, generateType(ref.name))) {
    const names = Object.keys(agents).join(', ') || 'none';
    throw new DefinitionError(
      path,
      `the worker has no ${kind} '${ref.name}'; its activities export in \`agents\`: ${names}.`,
    );
  }
  if (agent && agent.kind !== kind) {
    const what = agent.kind === 'agent' ? 'an agent' : 'a team';
    throw new DefinitionError(
      path,
      `'${ref.name}' is ${what}: write ${agent.kind}: ${ref.name}, not ${kind}: ${ref.name}.`,
    );
  }
  const valued =
    agent && humanReview?.timeout !== undefined && humanReview.onTimeout === 'approve' && toolWithValue(agent);
  if (valued) {
    throw new DefinitionError(
      path,
      `onTimeout 'approve' cannot give what the tool '${valued}' of ${kind} '${ref.name}' asks for; use reject or cancel.`,
    );
  }
}

/** A tool that waits for more than a yes. */
function toolWithValue(agent: AgentDefinition | TeamDefinition): string | undefined {
  const own = Object.entries(agent.tools).find(
    ([, tool]) => 'kind' in tool && tool.kind === 'tool' && (tool.externalExecution || tool.userInputFields.length > 0),
  );
  if (own) return own[0];
  const members = agent.kind === 'team' ? Object.values(agent.members) : [];
  return members.map(toolWithValue).find((name) => name !== undefined);
}
