/**
 * An iteration that can be left at any moment. A generator hears of `return()` only when what it waits for has come, so
 * that a reader that goes away in the middle of a long poll – a browser, a stream that is destroyed – would leave it behind.
 */
import { untilAborted } from './wait.ts';

/** @param read is told by the signal that nobody reads any more */
export function leavable<T>(read: (left: AbortSignal) => AsyncGenerator<T, void>): AsyncIterableIterator<T, void> {
  const leaving = new AbortController();
  const items = read(leaving.signal);
  const over: IteratorReturnResult<void> = { done: true, value: undefined };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        return await untilAborted(leaving.signal, items.next());
      } catch (error) {
        if (leaving.signal.aborted) return over;
        throw error;
      }
    },
    async return() {
      leaving.abort();
      items.return().catch(() => {});
      return over;
    },
  };
}
