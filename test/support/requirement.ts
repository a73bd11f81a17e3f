/** Requirements as a run shows them, for tests that need no run. */
import type { RequirementKind, StepRequirement } from '../../workflows/protocol/requirement.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';

export function requirementFields(kind: RequirementKind, more: Partial<StepRequirement> = {}): StepRequirement {
  return {
    id: `node#${kind}`,
    digest: '0123456789abcdef0123',
    kind,
    path: 'node',
    stepName: 'node',
    stepType: 'Step',
    topLevelStep: 'node',
    pauseKind: kind === 'executor' ? 'executor' : 'step',
    requiresConfirmation: kind.includes('confirmation'),
    requiresUserInput: kind.includes('user_input'),
    requiresOutputReview: kind.endsWith('review'),
    requiresRouteSelection: kind === 'route',
    onReject: 'skip',
    retryCount: 0,
    maxRetries: 3,
    onTimeout: 'cancel',
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}

export function runFields(stepRequirements: readonly StepRequirement[], more: Partial<RunOutput> = {}): RunOutput {
  return {
    runId: 'run-1',
    workflowName: 'pipeline',
    sessionId: 'run-1',
    status: 'paused',
    content: null,
    stepResults: [],
    sessionState: {},
    refusedAnswers: { count: 0, newest: [] },
    sequence: 0,
    stepRequirements,
    ...more,
  };
}
