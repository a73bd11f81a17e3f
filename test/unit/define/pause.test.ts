import { describe, expect, it } from 'vitest';
import { activityRef, proxyActivities } from '../../../workflows/define/activity-ref.ts';
import { condition } from '../../../workflows/define/condition.ts';
import { loop } from '../../../workflows/define/loop.ts';
import { pause, pauseOf } from '../../../workflows/define/pause.ts';
import { router } from '../../../workflows/define/router.ts';
import { step } from '../../../workflows/define/step.ts';
import { workflow } from '../../../workflows/run/workflow.ts';
import { refusal } from '../../support/define.ts';

const gate = { requiresConfirmation: true, confirmationMessage: 'Charge?' };
const charge = (input: { stepName: string }) => `charged ${input.stepName}`;

describe('pause()', () => {
  it('gates the function, leaves the original alone, and keeps name and behaviour', () => {
    const gated = pause(gate, charge);
    expect(pauseOf(gated)).toBe(gate);
    expect(pauseOf(charge)).toBeUndefined();
    expect(gated.name).toBe('charge');
    expect(gated({ stepName: 's' })).toBe('charged s');
  });

  it('names and gates the step of the function', () => {
    expect(step({ executor: pause(gate, charge) })).toMatchObject({ name: 'charge', humanReview: gate });
    expect(step({ name: 'pay', executor: pause(gate, charge) })).toMatchObject({ name: 'pay', humanReview: gate });
  });

  it('is replaced whole by an explicit humanReview', () => {
    const humanReview = { requiresOutputReview: true };
    expect(step({ executor: pause(gate, charge), humanReview }).humanReview).toBe(humanReview);
  });

  it('is not lost to a humanReview that is undefined (H1)', () => {
    const options = { executor: pause(gate, charge), humanReview: undefined };
    expect(step(options as unknown as Parameters<typeof step>[0]).humanReview).toBe(gate);
  });

  it('gates an activity, which stays one', () => {
    const activities = proxyActivities<{ charge(): Promise<string> }>({ startToCloseTimeout: '1 minute' });
    const gated = pause(gate, activities.charge);
    expect(activityRef(gated)).toBe(activityRef(activities.charge));
    expect(step({ executor: gated })).toMatchObject({
      name: 'charge',
      humanReview: gate,
      executor: { kind: 'activity' },
    });
    expect(pauseOf(activities.charge)).toBeUndefined();
  });

  it('twice on one function is refused: one of the gates would be lost', () => {
    expect(refusal(() => pause({ requiresUserInput: true }, pause(gate, charge))).message).toBe(
      'charge: pause() is around this function twice; put all its fields in one.',
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'pause: the function comes second: pause({ … }, fn), got undefined.'],
    [gate, 'pause: the function comes second: pause({ … }, fn), got {"requiresConfirmation":true'],
    [async function* told() {}, 'told: a generator gives a step no output'],
  ])('without a function that a step can run is refused', (fn, problem) => {
    expect(refusal(() => pause(gate, fn as () => unknown)).message).toContain(problem);
  });

  it('on a workflow is refused: nobody would be asked (H1)', () => {
    const nested = workflow({ name: 'nested', steps: [charge] });
    expect(refusal(() => step({ name: 's', workflow: pause(gate, nested) })).message).toBe(
      'nested: pause() is for the function of a step; a workflow is gated by the humanReview of the step that runs it.',
    );
  });

  it.each([
    ['evaluator', () => condition({ name: 'n', evaluator: pause(gate, () => true), steps: [charge] })],
    ['endCondition', () => loop({ name: 'n', endCondition: pause(gate, () => true), steps: [charge] })],
    ['selector', () => router({ name: 'n', selector: pause(gate, () => 'charge'), choices: [charge] })],
  ])('on %s is refused: nobody would be asked (H1)', (field, node) => {
    expect(refusal(node).message).toBe(
      `w/n: ${field} is no step, so its pause() asks nobody; put the gate into humanReview.`,
    );
  });

  it('is checked like any review', () => {
    const { message } = refusal(() => pause({ timeout: 300 as unknown as '300s' }, charge));
    expect(message).toContain("w/charge: timeout is a duration with its unit: write '300s'");
  });
});
