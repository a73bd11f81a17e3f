/** A bundle with two copies of holdpoint: what one has defined, the other runs. */
import { parallel, step, workflow } from 'holdpoint/workflow';
import { proxyLocalActivities } from '../../../workflows/define/activity-ref.ts';

const { echo } = proxyLocalActivities<{ echo(name: string): Promise<string> }>({ startToCloseTimeout: '1 minute' });
const calls = (name: string) => step({ name, executor: () => echo(name) });

export const twoCopies = workflow({
  name: 'twoCopies',
  steps: [parallel({ name: 'both', steps: [calls('a'), calls('b')] })],
});
