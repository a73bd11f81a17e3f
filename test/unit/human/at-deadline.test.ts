/** Every pause says what its deadline does, and does that (semantics §4; H2: only where a yes is enough, it means yes). */
import { expect, test } from 'vitest';
import { Requirements } from '../../../workflows/human/requirements.ts';
import type { OnTimeout } from '../../../workflows/define/human-review.ts';
import type { RequirementKind, RequirementRequest } from '../../../workflows/protocol/requirement.ts';

const AT = new Date('2026-01-01T00:00:00Z');
const WORDS = ['approve', 'reject', 'skip', 'cancel'] as const;

const CASES: readonly [RequirementKind, readonly OnTimeout[], readonly string[]][] = [
  ['confirmation', WORDS, ['confirmed', 'rejected', 'skipped', 'cancelled']],
  ['output_review', WORDS, ['confirmed', 'rejected', 'skipped', 'cancelled']],
  ['iteration_review', WORDS, ['confirmed', 'rejected', 'skipped', 'cancelled']],
  ['user_input', ['cancel', 'reject', 'skip', 'cancel'], ['cancelled', 'rejected', 'skipped', 'cancelled']],
  [
    'confirmation+user_input',
    ['cancel', 'reject', 'skip', 'cancel'],
    ['cancelled', 'rejected', 'skipped', 'cancelled'],
  ],
  ['route', ['cancel', 'reject', 'skip', 'cancel'], ['cancelled', 'rejected', 'skipped', 'cancelled']],
  ['error', ['cancel', 'cancel', 'skip', 'cancel'], ['cancelled', 'cancelled', 'skipped', 'cancelled']],
];

test.each(CASES)('%s', (kind, shown, resolutions) => {
  const expired = WORDS.map((onTimeout) => {
    const requirements = new Requirements('execution');
    const asked = requirements.ask(request(kind, onTimeout), AT, 1000);
    requirements.expire(asked.id, AT);
    return [asked.onTimeout, requirements.get(asked.id)!.resolution];
  });
  expect(expired).toEqual(shown.map((word, index) => [word, resolutions[index]]));
});

test('a tool call is rejected where a step would be left out', () => {
  const shown = WORDS.map((word) => new Requirements('execution').ask(request('executor', word), AT, 1000).onTimeout);
  expect(shown).toEqual(['approve', 'reject', 'reject', 'cancel']);
});

function request(kind: RequirementKind, onTimeout: OnTimeout): RequirementRequest {
  return {
    ...{ kind, path: 'pay', stepName: 'pay', stepType: 'Step', topLevelStep: 'pay', onReject: 'skip', onTimeout },
    ...{ retryCount: 0, maxRetries: 3 },
  };
}
