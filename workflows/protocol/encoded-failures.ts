/**
 * `holdpoint/failure-converter`: messages and stack traces of failures as a payload, so that a codec encrypts them too.
 * In the bundle of workers that encrypt, and in no other; Temporal loads it by its path, on both sides of the sandbox.
 */
import { DefaultFailureConverter } from '@temporalio/common';

/** Under the name that Temporal looks for. */
export const failureConverter: DefaultFailureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
