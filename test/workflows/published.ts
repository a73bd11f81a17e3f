/** What a paused run shows: in its memo, its current details, its search attributes and its metadata. */
import { parallel, step, workflow, type RunOutput } from 'holdpoint/workflow';

/** Markdown and worse, as it comes from a model or a customer. */
export const HOSTILE_TEXT =
  '# Approved\n\n```\n**approve** it [here](https://evil.example)\n````\n<img src=x>\n`````js\nend\n\u2028| a | b |';

/** An output of half a megabyte under review. */
export const hugeOutput = workflow({
  name: 'hugeOutput',
  steps: [
    step({
      name: 'huge',
      executor: () => ({ text: 'ü'.repeat(250_000) }),
      humanReview: { requiresOutputReview: true, outputReviewMessage: 'm'.repeat(10_000), onReject: 'retry' },
    }),
  ],
});

/** Markdown in every place where a definition or data can put it. */
export const hostileTexts = workflow({
  name: 'hostileTexts',
  steps: [
    step({
      name: '`code` [link](https://evil.example)',
      executor: () => HOSTILE_TEXT,
      humanReview: { requiresOutputReview: true, outputReviewMessage: HOSTILE_TEXT, onReject: 'retry' },
    }),
  ],
});

/** As many pauses at once as asked for, each with a deadline of its own. */
export async function manyPauses(count: number): Promise<RunOutput> {
  const run = workflow({
    name: 'manyPauses',
    steps: [
      parallel({
        name: 'all',
        steps: Array.from({ length: count }, (_, i) =>
          step({
            name: `node ${i}`,
            executor: () => i,
            humanReview: { requiresConfirmation: true, timeout: `${i + 1} days` },
          }),
        ),
      }),
    ],
  });
  return run('IN');
}

/** Two pauses in a row, the first with a deadline. */
export const attributed = workflow({
  name: 'attributed',
  steps: [
    step({ name: 'one', executor: () => 'one', humanReview: { requiresConfirmation: true, timeout: '2 days' } }),
    step({ name: 'two', executor: () => 'two', humanReview: { requiresOutputReview: true } }),
  ],
});

/** Two questions in a row, the second with a deadline. */
export const twoQuestions = workflow({
  name: 'twoQuestions',
  steps: [
    step({ name: 'first', executor: () => 'first', humanReview: { requiresConfirmation: true } }),
    step({ name: 'second', executor: () => 'second', humanReview: { requiresConfirmation: true, timeout: '1 hour' } }),
  ],
});

/** Outputs of 700 KB each, reviewed one after the other. */
export async function largeOutputs(count: number): Promise<RunOutput> {
  const run = workflow({
    name: 'largeOutputs',
    steps: Array.from({ length: count }, (_, i) =>
      step({ name: `step ${i}`, executor: () => 'x'.repeat(700_000), humanReview: { requiresOutputReview: true } }),
    ),
  });
  return run('IN');
}
