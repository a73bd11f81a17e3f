/** One exported value of each builder of `holdpoint/workflow`, with its inferred type: see test/demo/docs.test.ts. */
import { OnReject, condition, loop, parallel, pause, proxyActivities, proxyAgents } from 'holdpoint/workflow';
import { proxyLocalActivities, router, step, steps, type StepInput, workflow } from 'holdpoint/workflow';
import { cel } from 'holdpoint/workflow/cel';
import { z } from 'zod';

export const onReject = OnReject.cancel;
export const one = step({ name: 'one', executor: ({ input }) => input });
export const { executor, humanReview } = one;
export const sequence = steps({ name: 'sequence', steps: [one] });
export const again = loop({ name: 'again', steps: [one], maxIterations: 2 });
export const { endCondition } = again;
export const either = condition({ name: 'either', evaluator: true, steps: [one] });
export const { evaluator } = either;
export const some = router({ name: 'some', choices: [one], selector: () => 'one' });
export const { selector, choices } = some;
export const both = parallel({ name: 'both', steps: [one] });
export const expression = cel('input == "a"');
export const gated = pause({ requiresConfirmation: true }, ({ input }: StepInput) => input);
export const outputs = (input: StepInput) => input.previousStepOutputs;
export const whole = workflow({ name: 'whole', steps: [one, sequence, again, either, some, both] });
export const typed = workflow({ name: 'typed', inputSchema: z.object({ euros: z.number() }), steps: [one] });

const agents = { clerk: { kind: 'agent' as const } };
const activities = { fetch: async (id: string) => id.length };
export const refs = proxyAgents<typeof agents>();
export const remote = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });
export const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '1 second' });
export const { fetch } = remote;
export const { fetch: locally } = local;
