/** The same run twice: by hand with Temporal alone, and with holdpoint. What a pause costs is the difference. */
import { condition, defineSignal, proxyActivities as temporalActivities, setHandler } from '@temporalio/workflow';
import { proxyActivities, step, workflow, type RunOutput } from 'holdpoint/workflow';

interface Activities {
  work(input?: unknown): Promise<string>;
}
const options = { startToCloseTimeout: '1 minute' } as const;
const byHand = temporalActivities<Activities>(options);
const { work } = proxyActivities<Activities>(options);

/** An approval by signal before each activity, with a deadline: what people write themselves. */
export async function costByHand(pauses: number): Promise<string> {
  let approved = 0;
  setHandler(defineSignal('approve'), () => {
    approved += 1;
  });
  let content = '';
  for (let i = 1; i <= pauses; i += 1) {
    if (!(await condition(() => approved >= i, '2 days'))) return 'too late';
    content = await byHand.work(i);
  }
  return content;
}

export async function costOfHoldpoint(pauses: number): Promise<RunOutput> {
  const run = workflow({
    name: 'costOfHoldpoint',
    steps: Array.from({ length: pauses }, (_, i) =>
      step({ name: `step ${i + 1}`, executor: work, humanReview: { requiresConfirmation: true, timeout: '2 days' } }),
    ),
  });
  return run('IN');
}

/** The same without any gate. */
export async function costWithoutPauses(steps: number): Promise<RunOutput> {
  const run = workflow({
    name: 'costWithoutPauses',
    steps: Array.from({ length: steps }, (_, i) => step({ name: `step ${i + 1}`, executor: work })),
  });
  return run('IN');
}
