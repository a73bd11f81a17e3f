/** agno's `@pause`: a function that carries its own confirmation or user input. */
import { definitionOf } from './definition.ts';
import { DefinitionError } from './definition-error.ts';
import { describe } from './describe.ts';
import { refuseGenerator } from './generator.ts';
import type { StepReview } from './human-review.ts';

export type PauseConfig = Pick<
  StepReview,
  | 'requiresConfirmation'
  | 'confirmationMessage'
  | 'requiresUserInput'
  | 'userInputMessage'
  | 'userInputSchema'
  | 'onReject'
  | 'maxRetries'
  | 'timeout'
  | 'onTimeout'
>;

const REVIEW = Symbol.for('holdpoint.pause');

/**
 * Puts a gate on a function. An explicit `humanReview` on the step replaces it whole.
 * The function keeps its name, and with it the default name of its step.
 * @example
 * const charge = pause({ requiresConfirmation: true, confirmationMessage: 'Charge the card?' }, chargeCard);
 */
// `any`: any function can carry a gate
export function pause<F extends (...args: any[]) => unknown>(config: PauseConfig, fn: F): F {
  if (typeof fn !== 'function') {
    throw new DefinitionError('pause', `the function comes second: pause({ … }, fn), got ${describe(fn)}.`);
  }
  // Around it, a generator would look like any function.
  refuseGenerator(fn, fn.name);
  if (definitionOf(fn)) {
    throw new DefinitionError(
      fn.name,
      'pause() is for the function of a step; a workflow is gated by the humanReview of the step that runs it.',
    );
  }
  if (pauseOf(fn))
    throw new DefinitionError(fn.name, 'pause() is around this function twice; put all its fields in one.');
  const gated = (...args: Parameters<F>) => fn(...args);
  for (const key of Reflect.ownKeys(fn)) {
    if (key !== 'length' && key !== 'prototype') {
      Object.defineProperty(gated, key, Object.getOwnPropertyDescriptor(fn, key)!);
    }
  }
  return Object.defineProperty(gated, REVIEW, { value: config }) as unknown as F;
}

/** The gate that {@link pause} put on a function. */
export function pauseOf(value: unknown): PauseConfig | undefined {
  return typeof value === 'function' ? (value as { [REVIEW]?: PauseConfig })[REVIEW] : undefined;
}
