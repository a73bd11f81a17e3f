/**
 * Builds the workflow of a case. Runs twice: in Node, where a definition error is an outcome and the executors get
 * collected, and in the sandbox, where the workflow runs. Both walk the same way, so both name the same activities.
 */
import { isCancellation } from '@temporalio/workflow';
import {
  condition,
  loop,
  type NodeLike,
  parallel,
  pause,
  proxyActivities,
  proxyAgents,
  router,
  type StepInput,
  step,
  steps,
  workflow,
} from 'holdpoint/workflow';
import { cel } from 'holdpoint/workflow/cel';
import type { AgentSpec } from './agents.ts';
import { type Case, type Executor, type Fields, FormatError, type JsonValue } from './format.ts';
import { contains, contentContains, isContains, review } from './review.ts';

type Activities = Record<string, (input: StepInput) => Promise<unknown>>;
/** Learns which activity does what, and who the agents are. */
export interface Collect {
  executor(activity: string, executor: Executor): void;
  agent(name: string, spec: AgentSpec): void;
}
const NOBODY: Collect = { executor: () => {}, agent: () => {} };

const backoff = { initialInterval: '10ms', maximumInterval: '10ms' } as const;
const activities = proxyActivities<Activities>({ startToCloseTimeout: '20s', retry: backoff });
const agents = proxyAgents<Record<string, { kind: 'agent' }>>({ startToCloseTimeout: '20s', retry: backoff });
const teams = proxyAgents<Record<string, { kind: 'team' }>>({ startToCloseTimeout: '20s', retry: backoff });
/** For functions that call an activity themselves: the step retries the function. */
const single = proxyActivities<Activities>({ startToCloseTimeout: '20s', retry: { maximumAttempts: 1 } });

/** @throws {DefinitionError} as a user's workflow would; {@link FormatError} for what the format does not know. */
export function buildCase(name: string, testCase: Case, collect: Collect = NOBODY) {
  return new Builder(name, collect).workflow(name, testCase.workflow);
}

class Builder {
  readonly #prefix: string;
  readonly #collect: Collect;
  #executors = 0;
  #workflows = 0;

  constructor(prefix: string, collect: Collect) {
    this.#prefix = prefix;
    this.#collect = collect;
  }

  workflow(name: string, fields: Fields) {
    only(fields, 'a workflow', ['name', 'description', 'steps', 'session_state']);
    return workflow({ name, steps: this.#nodes(fields.steps) });
  }

  #nodes(values: JsonValue | undefined): NodeLike[] {
    if (!Array.isArray(values)) throw new FormatError(`a list of nodes was expected, got ${JSON.stringify(values)}`);
    return values.map((value) => this.#node(value));
  }

  #node(value: JsonValue): NodeLike {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FormatError(`a node was expected, got ${JSON.stringify(value)}`);
    }
    const kind = value.k ?? 'step';
    const build = typeof kind === 'string' && Object.hasOwn(this.#kinds, kind) ? this.#kinds[kind] : undefined;
    if (!build) throw new FormatError(`unknown kind of node ${JSON.stringify(kind)}`);
    return build(value);
  }

  readonly #kinds: Readonly<Record<string, (node: Fields) => NodeLike>> = {
    fn: (node) => this.#bareFunction(node),
    step: (node) => this.#step(node),
    steps: (node) => {
      only(node, 'steps', ['k', 'name', 'hr', 'steps']);
      return steps({ ...common(node), steps: this.#nodes(node.steps) });
    },
    parallel: (node) => {
      only(node, 'parallel', ['k', 'name', 'hr', 'steps']);
      return parallel({ ...common(node), steps: this.#nodes(node.steps) });
    },
    loop: (node) => this.#loop(node),
    condition: (node) => this.#condition(node),
    router: (node) => this.#router(node),
  };

  #step(node: Fields): NodeLike {
    only(node, 'a step', [
      ...['k', 'name', 'do', 'agent', 'team', 'workflow', 'hr', 'pause', 'max_retries', 'skip_on_failure'],
    ]);
    const options = {
      ...common(node),
      maxRetries: Number(node.max_retries ?? 0),
      skipOnFailure: node.skip_on_failure === true,
    };
    if (node.workflow !== undefined) {
      const nested = node.workflow as Fields;
      this.#workflows += 1;
      return step({
        ...options,
        workflow: this.workflow(identifier(nested.name, `${this.#prefix}_${this.#workflows}`), nested),
      });
    }
    if (node.agent) return step({ ...options, agent: agents[this.#agent(String(node.name), node.agent as Fields)]! });
    if (node.team) return step({ ...options, team: teams[this.#agent(String(node.name), node.team as Fields)]! });
    return step({ ...options, executor: paused(node, activities[this.#activity(node)]!) });
  }

  /** All cases share one worker, so each agent gets a name of its own. */
  #agent(label: string, fields: Fields): string {
    const name = this.#agentName();
    this.#collect.agent(name, this.#agentSpec(label, fields));
    return name;
  }

  #agentSpec(label: string, fields: Fields): AgentSpec {
    const members = ((fields.members ?? []) as Fields[]).map((member): [string, AgentSpec] => [
      this.#agentName(),
      this.#agentSpec(String(member.name), (member.agent ?? member.team ?? member) as Fields),
    ]);
    return { label, fields, members: new Map(members) };
  }

  #agentName(): string {
    this.#executors += 1;
    return `${this.#prefix}_${this.#executors}`;
  }

  /** A bare function runs in the sandbox, and calls its activity from there: counters and records are Node's. */
  #bareFunction(node: Fields): NodeLike {
    only(node, 'a function', ['k', 'name', 'do', 'pause']);
    const call = single[this.#activity(node)]!;
    const named = Object.defineProperty((input: StepInput) => call(input).catch(rethrowCause), 'name', {
      value: node.name,
    });
    return paused(node, named);
  }

  #activity(node: Fields): string {
    const spec = node.do as Executor['do'] | undefined;
    if (typeof spec?.fn !== 'string')
      throw new FormatError(`step ${JSON.stringify(node.name)} needs do.fn or workflow`);
    this.#executors += 1;
    const activity = `${this.#prefix}_${this.#executors}`;
    this.#collect.executor(activity, { name: String(node.name), do: spec });
    return activity;
  }

  #loop(node: Fields): NodeLike {
    only(node, 'a loop', ['k', 'name', 'hr', 'steps', 'max_iterations', 'end', 'forward']);
    const { end } = node;
    return loop({
      ...common(node),
      steps: this.#nodes(node.steps),
      ...(node.max_iterations === undefined ? {} : { maxIterations: node.max_iterations as number }),
      ...(node.forward === undefined ? {} : { forwardIterationOutput: node.forward as boolean }),
      ...(end === undefined || end === null ? {} : { endCondition: endCondition(end) }),
    });
  }

  #condition(node: Fields): NodeLike {
    only(node, 'a condition', ['k', 'name', 'hr', 'steps', 'else_steps', 'evaluator']);
    const { evaluator } = node;
    return condition({
      ...common({ ...node, hr: conditionReview(node.hr) }),
      steps: this.#nodes(node.steps),
      ...(node.else_steps === undefined || node.else_steps === null ? {} : { elseSteps: this.#nodes(node.else_steps) }),
      ...(evaluator === undefined || evaluator === null ? {} : { evaluator: evaluate(evaluator) }),
    });
  }

  #router(node: Fields): NodeLike {
    only(node, 'a router', ['k', 'name', 'hr', 'choices', 'selector']);
    const { selector, choices } = node;
    if (!Array.isArray(choices)) throw new FormatError(`a router needs choices, got ${JSON.stringify(choices)}`);
    return router({
      ...common(node),
      choices: choices.map((choice) => (Array.isArray(choice) ? this.#nodes(choice) : this.#node(choice))),
      ...(selector === undefined || selector === null ? {} : { selector: select(selector) }),
    });
  }
}

function common(node: Fields) {
  const humanReview = node.hr === undefined || node.hr === null ? {} : { humanReview: review(node.hr as Fields) };
  return { name: node.name as string, ...humanReview };
}

/** agno's HumanReview skips by default, on a Condition too: only one without any goes to its else branch. */
function conditionReview(hr: JsonValue | undefined): JsonValue {
  return hr === undefined || hr === null ? null : { ...(hr as Fields), on_reject: (hr as Fields).on_reject ?? 'skip' };
}

function paused<F extends (input: StepInput) => Promise<unknown>>(node: Fields, executor: F): F {
  if (node.pause === undefined || node.pause === null) return executor;
  // agno's pause() takes a name, for a step without one: here a step has its own, and a bare function goes by its function's.
  const { name: _, ...fields } = node.pause as Fields;
  return pause(review(fields), executor);
}

function endCondition(end: JsonValue) {
  if (typeof end === 'string') return cel(end);
  if (!isContains(end)) throw new FormatError(`unknown end condition ${JSON.stringify(end)}`);
  const matches = contentContains(end.contains);
  return (outputs: readonly { readonly content: unknown }[]) => outputs.some(matches);
}

function evaluate(evaluator: JsonValue) {
  if (typeof evaluator === 'boolean') return evaluator;
  if (typeof evaluator === 'string') return cel(evaluator);
  const text = (evaluator as Fields).prev_contains;
  if (typeof text !== 'string') throw new FormatError(`unknown evaluator ${JSON.stringify(evaluator)}`);
  return (input: StepInput) => contains(input.previousStepContent, text);
}

function select(selector: JsonValue) {
  if (typeof selector === 'string') return cel(selector);
  if (!Array.isArray(selector)) throw new FormatError(`unknown selector ${JSON.stringify(selector)}`);
  return () => selector as string[];
}

/** The error of the activity itself, not "Activity task failed": what an inline function would have thrown. */
function rethrowCause(error: Error): never {
  if (isCancellation(error) || !(error.cause instanceof Error)) throw error;
  throw new Error(error.cause.message);
}

function identifier(name: JsonValue | undefined, fallback: string): string {
  return typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name) ? name : fallback;
}

function only(fields: Fields, what: string, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new FormatError(`${what} has the unknown field '${unknown}'`);
}
