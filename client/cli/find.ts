/** From what was typed to what is meant: runs, requirements and tool calls; an unknown one is an error with near matches. */
import { callIds } from '../../workflows/human/tool-answers.ts';
import type { HoldpointClient } from '../client.ts';
import { RunNotFound, RunNotPaused } from '../errors.ts';
import type { Requirement } from '../requirement.ts';
import type { Run } from '../run.ts';
import type { ToolRequirement } from '../tool-requirement.ts';
import { CliError } from './exit.ts';
import { knownRunIds } from './listing.ts';
import { nearMatches } from './near.ts';
import { UNKNOWN } from './render-run.ts';

/** @throws {CliError} */
export async function findRun(client: HoldpointClient, runId: string): Promise<Run> {
  return orNearRuns(client, runId, () => client.getRun(runId));
}

/** The work on a run; that there is no such run, told with near matches. @throws {CliError} */
export async function orNearRuns<T>(client: HoldpointClient, runId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RunNotFound)) throw error;
    const { namespace } = client.temporal.options;
    // The key may not be let to list: then there is no such run all the same.
    const ids = await knownRunIds(client.temporal).catch(() => []);
    throw new CliError('notFound', `There is no run '${runId}' in namespace '${namespace}'.`, nearMatches(runId, ids));
  }
}

/**
 * The requirement named – by its id, or by its step where it is the only question that the step ever had –, or the only
 * one that is open.
 * @throws {CliError} where it is not there, or several are open and none is named
 * @throws {RunNotPaused} where nothing is open
 */
export function findRequirement(run: Run, name: string | undefined): Requirement {
  const open = run.activeStepRequirements;
  if (name !== undefined) {
    return run.stepRequirements.find(({ id }) => id === name) ?? findByStep(run, name) ?? notFound(run, name);
  }
  const [only, another] = open;
  if (!only) throw new RunNotPaused(run);
  if (!another) return only;
  const ids = open.map((each) => each.id).join(', ');
  throw new CliError('usage', `Run '${run.runId}' has ${open.length} open requirements: name one of ${ids}.`);
}

/**
 * The first question of a step goes by the step's name, a further one by its id: the same command typed twice must not
 * answer what is asked next. A memo does not tell what was asked before.
 * @throws {CliError} where the step has, or had, others
 */
function findByStep(run: Run, name: string): Requirement | undefined {
  const asked = run.stepRequirements.filter(({ stepName }) => stepName === name);
  const open = asked.filter(({ isResolved }) => !isResolved);
  const [only] = open;
  if (!only || !run.complete) return undefined;
  // A long run keeps the newest in full, and of the older ones a count.
  if (asked.length === 1 && !run.earlierRequirements) return only;
  const ids = open.map(({ id }) => id).join(', ');
  throw new CliError(
    'usage',
    `Step '${name}' was asked before, or several times: name the question that is meant, ${ids}.`,
  );
}

function notFound(run: Run, name: string): never {
  const open = run.activeStepRequirements;
  if (run.complete && open.length === 0) throw new RunNotPaused(run);
  const { openCount = open.length } = run;
  if (openCount > open.length) {
    throw new CliError(
      'notFound',
      `Of ${openCount} open requirements of run '${run.runId}', '${name}' is not among the known: ${UNKNOWN}.`,
    );
  }
  const ids = [...open, ...run.stepRequirements].map(({ id }) => id);
  const near = nearMatches(name, ids);
  const known = near.length > 0 ? near : open.map(({ id }) => id).slice(0, 5);
  throw new CliError('notFound', `Run '${run.runId}' has no requirement '${name}'.`, known);
}

/** The call named – by its id, or by its tool where one call of it waits –, or the only one that waits. @throws {CliError} */
export function findTool(
  { id, tools, toolCount = tools.length }: Requirement,
  toolCall: string | undefined,
): ToolRequirement {
  const open = tools.filter(({ isResolved }) => !isResolved);
  if (toolCall !== undefined) {
    const byId = tools.find(({ toolCallId }) => toolCallId === toolCall);
    const found = byId ?? (toolCount > tools.length ? undefined : findByTool(tools, toolCall));
    if (found) return found;
    const ids = tools.map(({ toolCallId }) => toolCallId);
    const near = nearMatches(toolCall, ids);
    throw new CliError('notFound', `Requirement '${id}' has no tool call '${toolCall}'.`, near.length > 0 ? near : ids);
  }
  const [only, another] = open;
  if (only && !another) return only;
  if (!only) throw new CliError('usage', `Requirement '${id}' has no tool call that waits.`);
  throw new CliError(
    'usage',
    `Requirement '${id}' waits for ${open.length} tool calls: name one with --tool-call, of ${callIds(open)}.`,
  );
}

/** @throws {CliError} where the tool has several */
function findByTool(tools: readonly ToolRequirement[], name: string): ToolRequirement | undefined {
  const calls = tools.filter(({ toolName }) => toolName === name);
  const open = calls.filter(({ isResolved }) => !isResolved);
  // One that has its answer says so itself.
  const [only, another] = open.length > 0 ? open : calls;
  if (!another) return only;
  throw new CliError(
    'usage',
    `Several calls of '${name}' are there: name one of ${callIds(open.length > 0 ? open : calls)}.`,
  );
}
