/** A run read from its memo alone: what is known when no worker can be asked. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { MEMO_KEY, type OpenPause, type RunMemo } from '../workflows/protocol/memo.ts';
import type { RunOutput } from '../workflows/protocol/run-output.ts';
import { HOLDPOINT_SESSION } from '../workflows/protocol/search-attributes.ts';
import { readMemo } from './read-run.ts';
import type { RequirementFields } from './requirement.ts';
import { Run } from './run.ts';

/** What a listing or a description says of an execution. */
type ExecutionInfo = Pick<WorkflowExecutionInfo, 'workflowId' | 'type'> &
  Partial<Pick<WorkflowExecutionInfo, 'memo' | 'typedSearchAttributes'>>;

/** The memo of a run; `undefined` before its first pause. */
export function memoOf({ memo }: Pick<ExecutionInfo, 'memo'>): RunMemo | undefined {
  return readMemo(memo?.[MEMO_KEY]);
}

/** An incomplete {@link Run}; `known` is what its closing says and the memo may not. */
export function compactRun(info: ExecutionInfo, known: Partial<RunOutput> = {}, answerLimit?: number): Run {
  const memo = memoOf(info);
  const { status = memo?.status ?? 'running', ...rest } = known;
  const ended = status !== 'running' && status !== 'paused';
  return new Run(
    {
      runId: info.workflowId,
      workflowName: memo?.workflowName ?? info.type,
      // The attribute is cut where an id is long.
      sessionId: memo?.sessionId ?? info.typedSearchAttributes?.get(HOLDPOINT_SESSION) ?? info.workflowId,
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
  return {
    ...pause,
    path: id.slice(0, id.lastIndexOf('#')),
    pauseKind: kind === 'executor' ? 'executor' : 'step',
    requiresConfirmation: kind === 'confirmation' || kind === 'confirmation+user_input',
    requiresUserInput: kind === 'user_input' || kind === 'confirmation+user_input',
    requiresOutputReview: kind === 'output_review' || kind === 'iteration_review',
    requiresRouteSelection: kind === 'route',
  };
}
