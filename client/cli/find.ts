/** From what was typed to what is meant: runs, requirements and tool calls; an unknown one is an error with near matches. */
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
    const ids = await knownRunIds(client.temporal);
    throw new CliError('notFound', `There is no run '${runId}' in namespace '${namespace}'.`, nearMatches(runId, ids));
  }
}

/**
 * The requirement named, or the only one that is open.
 * @throws {CliError} where it is not there, or several are open and none is named
 * @throws {RunNotPaused} where nothing is open
 */
export function findRequirement(run: Run, id: string | undefined): Requirement {
  const open = run.activeStepRequirements;
  if (id !== undefined) {
    const found = run.stepRequirements.find((each) => each.id === id);
    if (found) return found;
    if (run.complete && open.length === 0) throw new RunNotPaused(run);
    const { openCount = open.length } = run;
    if (openCount > open.length) {
      throw new CliError(
        'notFound',
        `Of ${openCount} open requirements of run '${run.runId}', '${id}' is not among the known: ${UNKNOWN}.`,
      );
    }
    const near = nearMatches(
      id,
      [...open, ...run.stepRequirements].map((each) => each.id),
    );
    const known = near.length > 0 ? near : open.map((each) => each.id).slice(0, 5);
    throw new CliError('notFound', `Run '${run.runId}' has no requirement '${id}'.`, known);
  }
  const [only, another] = open;
  if (!only) throw new RunNotPaused(run);
  if (!another) return only;
  const ids = open.map((each) => each.id).join(', ');
  throw new CliError('usage', `Run '${run.runId}' has ${open.length} open requirements: name one of ${ids}.`);
}

/** The call named, or the only one of the pause that still waits. @throws {CliError} */
export function findTool({ id, tools }: Requirement, toolCall: string | undefined): ToolRequirement {
  const open = tools.filter(({ isResolved }) => !isResolved);
  if (toolCall !== undefined) {
    const found = tools.find(({ toolCallId }) => toolCallId === toolCall);
    if (found) return found;
    const ids = tools.map(({ toolCallId }) => toolCallId);
    const near = nearMatches(toolCall, ids);
    throw new CliError('notFound', `Requirement '${id}' has no tool call '${toolCall}'.`, near.length > 0 ? near : ids);
  }
  const [only, another] = open;
  if (only && !another) return only;
  if (!only) throw new CliError('usage', `Requirement '${id}' has no tool call that waits.`);
  const calls = open.map(({ toolCallId, toolName }) => `${toolCallId} (${toolName})`).join(', ');
  throw new CliError(
    'usage',
    `Requirement '${id}' waits for ${open.length} tool calls: name one with --tool-call, of ${calls}.`,
  );
}
