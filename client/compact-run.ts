/** A run read from its memo alone: what is known when no worker can be asked. */
import type { OpenPause, RunMemo } from '../workflows/protocol/memo.ts';
import { flagsOf } from '../workflows/protocol/requirement.ts';
import type { RunOutput } from '../workflows/protocol/run-output.ts';
import { HOLDPOINT_SESSION } from '../workflows/protocol/search-attributes.ts';
import { attributeOf, type ExecutionInfo, runIdOf, statusOf } from './execution-info.ts';
import type { RequirementFields } from './requirement.ts';
import { hasEnded, Run } from './run.ts';

/**
 * An incomplete {@link Run}.
 * @param memo `undefined` before its first pause, and where it cannot be read
 * @param known what its closing says and the memo may not
 */
export function compactRun(
  info: ExecutionInfo,
  memo: RunMemo | undefined,
  known: Partial<RunOutput> = {},
  answerLimit?: number,
): Run {
  const runId = runIdOf(info);
  const { status = statusOf(info, memo?.status), ...rest } = known;
  const ended = hasEnded({ status });
  return new Run(
    {
      runId,
      workflowName: memo?.workflowName ?? info.type?.name ?? '',
      // The attribute is cut where an id is long.
      sessionId: memo?.sessionId ?? attributeOf(info, HOLDPOINT_SESSION.name) ?? runId,
      status,
      content: null,
      stepResults: [],
      sessionState: {},
      refusedAnswers: { count: 0, newest: [] },
      sequence: memo?.sequence ?? 0,
      ...rest,
      // Nothing is open in a run that ended, whatever its last memo said.
      stepRequirements: ended ? [] : (memo?.open ?? []).map(toRequirement),
      ...(ended || !memo ? {} : { openCount: memo.openCount }),
    },
    false,
    answerLimit,
  );
}

function toRequirement(pause: OpenPause): RequirementFields {
  const { kind, id } = pause;
  return { ...pause, path: id.slice(0, id.lastIndexOf('#')), ...flagsOf(kind) };
}
