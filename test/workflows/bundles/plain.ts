/** The smallest bundle, for its size. */
import { step, workflow } from 'holdpoint/workflow';

export const plain = workflow({ name: 'plain', steps: [step({ name: 'a', executor: () => 'a' })] });
