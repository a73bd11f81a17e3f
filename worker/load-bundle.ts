/**
 * Loads a bundle once in a sandbox like the worker's, so that code that fails to load is refused before any run starts:
 * in the worker it would fail the first task of every run, and be retried for ever.
 */
import assert from 'node:assert';
import { AsyncLocalStorage } from 'node:async_hooks';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { URL, URLSearchParams } from 'node:url';
import { TextDecoder, TextEncoder } from 'node:util';
import vm from 'node:vm';

const FILENAME = 'workflow-bundle.js';

/** Exports of the bundle's workflow module. `failure` makes the error from one sentence. */
export function loadBundle(
  code: string,
  failure: (problem: string, cause: unknown) => Error,
): Readonly<Record<string, unknown>> {
  const sandbox: Record<string, unknown> = {
    ...{ URL, URLSearchParams, assert, TextEncoder, TextDecoder, AbortController, AsyncLocalStorage, console },
    // What the SDK puts there: its module cache, and as much of a run as loading may ask for.
    __webpack_module_cache__: {},
    __TEMPORAL_ACTIVATOR__: { now: 0, currentRandom: () => 0.5, workflowSandboxDestructors: [] },
  };
  try {
    vm.runInNewContext(code, sandbox, { filename: FILENAME });
    const bundle = sandbox.__TEMPORAL__ as { importWorkflows(): Record<string, unknown> };
    const exported = bundle.importWorkflows();
    if ('then' in exported && typeof exported.then === 'function') {
      throw new TypeError('the module has an `await` at its top level, and workflow modules cannot wait');
    }
    return exported;
  } catch (error) {
    throw failure(explain(error, code), error);
  }
}

function explain(error: unknown, code: string): string {
  const { name, message, stack } = errorLike(error);
  if (name === 'DefinitionError') return message;
  const place = originOf(stack, code);
  const absent = name === 'ReferenceError' && /^(\w+) is not defined$/.exec(message)?.[1];
  const advice =
    absent && absent in globalThis ? ` Workflows run in a sandbox without \`${absent}\`: use it in an activity.` : '';
  return `fails to load${place ? ` at ${place}` : ''}: ${name}: ${message}.${advice}`;
}

/** Errors of the sandbox are of another realm, so not `instanceof Error` here. */
function errorLike(error: unknown): { name: string; message: string; stack: string } {
  const { name = 'Error', message = String(error), stack = '' } = (error ?? {}) as Partial<Error>;
  return { name, message, stack };
}

/** The line of the author's file that the topmost frame of the bundle comes from. */
function originOf(stack: string, code: string): string | undefined {
  const frame = new RegExp(`${FILENAME}:(\\d+):(\\d+)`).exec(stack);
  const map = /\/\/# sourceMappingURL=data:application\/json;[^,]*base64,([\w+/=]+)\s*$/.exec(code);
  if (!frame || !map) return undefined;
  const lines = new SourceMap(JSON.parse(Buffer.from(map[1]!, 'base64').toString()));
  const entry = lines.findEntry(Number(frame[1]) - 1, Number(frame[2]) - 1);
  return 'originalSource' in entry ? `${relative('.', entry.originalSource)}:${entry.originalLine + 1}` : undefined;
}
