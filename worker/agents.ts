/**
 * Agents at the start of a worker: their activities are registered, and the workflows' references to them are checked
 * against the bundled definitions, so that a name which is not there stops the worker and not a run.
 */
import { readFile } from 'node:fs/promises';
import type { BundleOptions, WorkerOptions } from '@temporalio/worker';
import type { AgentDefinition, TeamDefinition } from '../activities/agent.ts';
import { type AgentLimits, type Agents, agentActivities } from '../activities/agent-activities.ts';
import { EncryptionCodec } from '../client/encryption-codec.ts';
import { definitionOf } from '../workflows/define/definition.ts';
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { childrenOf, type WorkflowNode } from '../workflows/define/node.ts';
import { childPath } from '../workflows/define/path.ts';
import { PAYLOAD_LIMIT } from '../workflows/define/payload-limit.ts';
import type { StepNode } from '../workflows/define/step.ts';
import { generateType, TOOL_PAYLOAD_LIMIT } from '../workflows/protocol/agent.ts';
import { loadBundle } from './load-bundle.ts';
import { payloadLimit } from './payload-limit.ts';

/** The worker's options with `agents` of its activities replaced by their activities. @throws {DefinitionError} */
export async function withAgents(worker: WorkerOptions): Promise<WorkerOptions> {
  const { agents, ...functions } = (worker.activities ?? {}) as { readonly agents?: unknown } & Record<string, unknown>;
  const own = agents === undefined ? {} : agentActivities(agents, limitsOf(worker));
  const twice = Object.keys(own).find((name) => Object.hasOwn(functions, name));
  if (twice !== undefined) {
    throw new DefinitionError(
      'activities',
      `two activities would be named '${twice}'; rename the agent or the function.`,
    );
  }
  const activities = { ...functions, ...own };
  // A worker without activities leaves them to others, whose names nobody knows here.
  if (Object.keys(activities).length === 0) return worker;
  const known: Known = { taskQueue: worker.taskQueue, activities, agents: (agents ?? {}) as Agents };
  return { ...(await withCheck(worker, known)), activities };
}

/** With a codec or an external storage, results may be as large as a message of Temporal's: a model has to read them. */
function limitsOf(worker: WorkerOptions): AgentLimits {
  const { payloadCodecs = [], externalStorage } = worker.dataConverter ?? {};
  const encodes = payloadCodecs.some((codec) => !(codec instanceof EncryptionCodec) || codec.encrypts);
  const result = encodes || externalStorage ? PAYLOAD_LIMIT : TOOL_PAYLOAD_LIMIT;
  return { result, reply: payloadLimit(worker) };
}

interface Known {
  readonly taskQueue: string;
  readonly activities: object;
  readonly agents: Agents;
}

/** A bundle is checked here; one that the SDK is still to make, when it is made. */
async function withCheck(worker: WorkerOptions, known: Known): Promise<WorkerOptions> {
  const { workflowBundle, workflowsPath, bundlerOptions } = worker;
  if (workflowBundle) {
    checkAgentRefs(
      'code' in workflowBundle ? workflowBundle.code : await readFile(workflowBundle.codePath, 'utf8'),
      known,
    );
  } else if (workflowsPath !== undefined) {
    const webpackConfigHook: ConfigHook = (config) => {
      const theirs = bundlerOptions?.webpackConfigHook?.(config) ?? config;
      return {
        ...theirs,
        plugins: [...(theirs.plugins ?? []), new CheckEmit((code) => checkAgentRefs(code, known))],
      };
    };
    return { ...worker, bundlerOptions: { ...bundlerOptions, webpackConfigHook } };
  }
  return worker;
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
function checkAgentRefs(code: string, known: Known): void {
  const exported = loadBundle(code, (problem, cause) => new Error(`the workflow bundle: ${problem}`, { cause }));
  for (const value of Object.values(exported)) {
    const definition = definitionOf(value);
    if (definition) checkNodes(definition.steps, definition.name, known);
  }
}

function checkNodes(nodes: readonly WorkflowNode[], parent: string, known: Known): void {
  for (const node of nodes) {
    const path = childPath(parent, node.name);
    if (node.kind === 'step') checkStep(node, path, known);
    for (const children of childrenOf(node)) checkNodes(children, path, known);
  }
}

function checkStep({ executor, humanReview }: StepNode, path: string, { taskQueue, activities, agents }: Known): void {
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
