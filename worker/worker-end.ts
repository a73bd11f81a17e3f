/** What is said of a worker that ends by an error. */
import { CliError } from '../client/cli/exit.ts';

/** What an activity that was cancelled when its grace time had passed gets to end. */
export const FORCE_AFTER_MS = 20_000;

/**
 * @param error what `Worker.run` threw
 * @param graceTime of the activities, where the worker was told to stop
 */
export function endOf(error: Error, graceTime: string | undefined): Error {
  if (!isOfTheEnd(error)) return error;
  return new CliError('error', graceTime === undefined ? FAILED : cutOff(graceTime));
}

/** Where something is still at work, the SDK cannot take its worker apart, and throws that last, whatever came before. */
function isOfTheEnd({ name, message }: Error): boolean {
  return name === 'GracefulShutdownPeriodExpiredError' || message.startsWith('Worker still in use');
}

/** It polls no more: its key was taken back, say, or its namespace deleted. */
const FAILED = "The worker has failed. Its log says why, in the line 'Worker failed'.";

function cutOff(graceTime: string): string {
  return (
    `Activities went on after ${graceTime}, and for ${FORCE_AFTER_MS / 1000} seconds after they were cancelled: they are cut off. ` +
    'They are tried again; what a human let run once asks whether it may have run. See worker.shutdownGraceTime.'
  );
}
