/** A run read from its memo alone: what is known when no worker can be asked. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { OpenPause, RunMemo } from '../workflows/protocol/memo.ts';
import type { RunOutput } from '../workflows/protocol/run-output.ts';
import { type AttributeKey, HOLDPOINT_SESSION } from '../workflows/protocol/search-attributes.ts';
import type { RequirementFields } from './requirement.ts';
import { Run } from './run.ts';

/** What a listing or a description says of an execution, as the server gives it. */
export type ExecutionInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

/** Search attributes are in the clear, whatever else cannot be read. */
export function attributeOf<Text extends string>(
  { searchAttributes }: ExecutionInfo,
  { name }: AttributeKey<'KEYWORD'>,
): Text | undefined {
  const payload = searchAttributes?.indexedFields?.[name];
  return payload ? defaultPayloadConverter.fromPayload<Text>(payload) : undefined;
}

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
  const runId = info.execution?.workflowId ?? '';
  const { status = memo?.status ?? 'running', ...rest } = known;
  const ended = status !== 'running' && status !== 'paused';
  return new Run(
    {
      runId,
      workflowName: memo?.workflowName ?? info.type?.name ?? '',
      // The attribute is cut where an id is long.
      sessionId: memo?.sessionId ?? attributeOf(info, HOLDPOINT_SESSION) ?? runId,
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
