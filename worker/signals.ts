/** SIGINT and SIGTERM: the first stops in order, another one at once. */

/** npm passes Ctrl-C on to a process that already got it from the terminal: those two are one. */
const SAME_SIGNAL_MS = 500;

/** Settles at the first signal. */
export function untilStopSignal(onForce: () => void = () => {}): Promise<void> {
  return new Promise((resolve) => {
    let first = 0;
    const onSignal = () => {
      if (first === 0) {
        first = Date.now();
        resolve();
      } else if (Date.now() - first > SAME_SIGNAL_MS) {
        onForce();
        process.exit(1);
      }
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}
