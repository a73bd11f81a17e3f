/** Errors of the AI SDK and its providers' packages, known by their names and shapes: what went wrong with a model call. */
import { defined } from '../workflows/define/defined.ts';
import { isRecord } from '../workflows/define/json.ts';
import type { Model, ModelSettings } from './model.ts';

/** What an error of a model call says, whichever provider it is from. */
export interface ModelError {
  /** The provider's own words. */
  readonly message: string;
  /** HTTP status; `undefined` where no answer came. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Would another try make a difference? */
  readonly retryable: boolean;
}

/** The keys that the provider's package sends, where it lets them be seen; the packages of the AI SDK do. */
export function keysOf(model: Model, settings: ModelSettings = {}): string[] {
  const { config } = model as { readonly config?: { readonly headers?: () => unknown } };
  let headers: unknown;
  try {
    headers = config?.headers?.();
  } catch {}
  // Made anew for each request, by another: nobody waits for it here.
  if (headers instanceof Promise) headers.catch(() => {});
  const isSecret = ([name]: [string, unknown]) => /auth|key|token|secret/i.test(name);
  const sent = Object.entries({ ...(isRecord(headers) ? headers : {}), ...settings.headers }).filter(isSecret);
  const keys = sent.map(([, value]) => String(value).replace(/^\w+ +/, ''));
  // Shorter ones are for servers that want any: 'ollama'.
  return keys.map((key) => key.trim()).filter(({ length }) => length >= 8);
}

/** Mistakes of the caller's, that no retry mends: a key that is not set, settings that a model does not know. */
const CALLER = [
  ...['AI_LoadAPIKeyError', 'AI_LoadSettingError', 'AI_NoSuchModelError', 'AI_UnsupportedFunctionalityError'],
  ...['AI_InvalidPromptError', 'AI_InvalidArgumentError', 'AI_UnsupportedModelVersionError'],
  // No key for Vercel's gateway, which answers for models that are given by their name alone.
  ...['GatewayAuthenticationError', 'GatewayError'],
];

/** The error as the AI SDK knows it; `undefined` for one that is not from there. */
export function readModelError(error: unknown): ModelError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, statusCode, responseHeaders, isRetryable, data, responseBody } = error as Error & {
    statusCode?: number;
    responseHeaders?: Record<string, string>;
    isRetryable?: boolean;
    data?: unknown;
    responseBody?: string;
  };
  // What the provider's package could read is its message already.
  const words = data === undefined ? (wordsIn(responseBody) ?? misfitOf(error)) : undefined;
  // The gateway's messages are made for a terminal.
  const said = error.message.replace(/\u001b\[\d+m/g, '').trim();
  const message = [said, words].filter(Boolean).join(': ') || 'no reason given';
  if (CALLER.includes(name)) return { message, retryable: false };
  const isGateway = name.startsWith('Gateway') && typeof isRetryable === 'boolean';
  if (name !== 'AI_APICallError' && !isGateway) return undefined;
  return defined({ message, retryable: isRetryable === true, status: statusCode, headers: responseHeaders });
}

/** Nearly compatible servers have their message in another place than OpenAI, or in place of an answer. */
function wordsIn(body = ''): string | undefined {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    return undefined;
  }
  const [told] = [read].flat();
  if (!isRecord(told)) return undefined;
  const { error } = told;
  const words = [isRecord(error) ? error.message : error, told.message, told.detail];
  return words.find((each) => typeof each === 'string' && each !== '') as string | undefined;
}

/** Where an answer is not what the provider's package takes, by zod. */
function misfitOf({ cause }: Error): string | undefined {
  const { issues } = ((cause as Error | undefined)?.cause ?? {}) as {
    readonly issues?: readonly { readonly path?: readonly PropertyKey[]; readonly message?: string }[];
  };
  const [issue] = Array.isArray(issues) ? issues : [];
  return issue && `${(issue.path ?? []).join('.')}: ${issue.message}`;
}
