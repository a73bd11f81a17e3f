/** What becomes of a failed model call: another try, when, or the end; and what of its message may be seen. */
import { CancelledFailure } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, InvalidResponseDataError, LoadAPIKeyError } from 'ai';
import { describe, expect, it } from 'vitest';
import { toFailure, withoutKeys } from '../../../activities/failures.ts';

const activity = () => new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR') });

async function failure(error: unknown): Promise<ApplicationFailure> {
  const failed = await activity().run(async () => toFailure(error));
  expect(failed).toBeInstanceOf(ApplicationFailure);
  return failed as ApplicationFailure;
}

const apiError = (
  statusCode: number | undefined,
  options: Partial<ConstructorParameters<typeof APICallError>[0]> = {},
) =>
  new APICallError({
    message: 'the provider said so',
    url: 'https://models.example/v1',
    requestBodyValues: { prompt: 'secret plans' },
    responseBody: '{"error":"body"}',
    data: { error: 'body' },
    ...(statusCode === undefined ? {} : { statusCode }),
    ...options,
  });

const limited = (responseHeaders: Record<string, string>) => failure(apiError(429, { responseHeaders }));

const UNAVAILABLE = { type: 'holdpoint.ModelUnavailable', nonRetryable: false };
const REFUSED = { type: 'holdpoint.ModelRefused', nonRetryable: true };

describe('toFailure', () => {
  it.each([408, 409, 425, 429, 500, 502, 503, 504, 529])('takes HTTP %i for a passing trouble', async (status) => {
    const message = `the provider said so (HTTP ${status})`;
    expect(await failure(apiError(status))).toMatchObject({ ...UNAVAILABLE, message, nextRetryDelay: undefined });
  });

  it.each([400, 401, 402, 403, 404, 413, 422])(
    'takes HTTP %i for a refusal, in the words of the provider',
    async (status) => {
      const message = `the provider said so (HTTP ${status})`;
      expect(await failure(apiError(status))).toMatchObject({ ...REFUSED, message, nextRetryDelay: undefined });
    },
  );

  it.each([200, 204, 302])('tries again where the answer of HTTP %i could not be read', async (status) => {
    expect(await failure(apiError(status, { isRetryable: false }))).toMatchObject(UNAVAILABLE);
  });

  it('goes by the AI SDK where no answer came', async () => {
    const message = 'Cannot connect to API: connect ECONNREFUSED';
    expect(await failure(apiError(undefined, { message, isRetryable: true }))).toMatchObject({
      ...UNAVAILABLE,
      message,
    });
    expect(await failure(apiError(undefined, { message, isRetryable: false }))).toMatchObject({ ...REFUSED, message });
  });

  it('ends at once without a key', async () => {
    const message =
      "API key is missing. Pass it using the 'apiKey' parameter or the OPENAI_API_KEY environment variable.";
    expect(await failure(new LoadAPIKeyError({ message }))).toMatchObject({ ...REFUSED, message });
  });

  it('ends at once where the gateway has no key, without the colours of a terminal', async () => {
    const error = Object.assign(new Error('\u001b[1m\u001b[31mUnauthenticated request to AI Gateway.\u001b[0m\n\n'), {
      name: 'GatewayAuthenticationError',
    });
    expect(await failure(error)).toMatchObject({ ...REFUSED, message: 'Unauthenticated request to AI Gateway.' });
  });

  it.each([
    ['GatewayModelNotFoundError', 404, REFUSED],
    ['GatewayRateLimitError', 429, UNAVAILABLE],
  ])('knows a %s', async (name, statusCode, expected) => {
    const error = Object.assign(new Error('no'), { name, statusCode, isRetryable: statusCode === 429 });
    expect(await failure(error)).toMatchObject({ ...expected, message: `no (HTTP ${statusCode})` });
  });

  it.each([
    ['an error', new RangeError('out of tokens'), 'RangeError', 'out of tokens'],
    [
      'one of the AI SDK',
      new InvalidResponseDataError({ data: {}, message: 'no choices' }),
      'AI_InvalidResponseDataError',
      'no choices',
    ],
    [
      'another system’s timeout',
      Object.assign(new Error('late'), { name: 'GatewayTimeoutError' }),
      'GatewayTimeoutError',
      'late',
    ],
    ['no error', 'just text', 'Error', 'just text'],
    ['nothing', undefined, 'Error', 'undefined'],
  ])('keeps the message of %s that it does not know, and tries again', async (_, error, type, message) => {
    expect(await failure(error)).toMatchObject({ type, message, nonRetryable: false });
  });

  it('leaves alone what is a failure of Temporal’s already', async () => {
    const failed = ApplicationFailure.create({ message: 'script exhausted', nonRetryable: true });
    expect(await failure(failed)).toBe(failed);
    const cancelled = new CancelledFailure('CANCELLED');
    expect(await activity().run(async () => toFailure(cancelled))).toBe(cancelled);
  });

  it('is the cancellation where that aborted the request', async () => {
    const env = activity();
    const failed = env.run(async () => {
      env.cancel('CANCELLED');
      return toFailure(new DOMException('This operation was aborted', 'AbortError'));
    });
    expect(await failed).toBeInstanceOf(CancelledFailure);
  });

  it.each([
    ['{"error":{"message":"no such model","code":404}}', 'Not Found: no such model'],
    ['{"error":"no such model"}', 'Not Found: no such model'],
    ['{"object":"error","message":"no such model","code":404}', 'Not Found: no such model'],
    ['{"detail":"no such model"}', 'Not Found: no such model'],
    ['[{"error":{"code":404,"message":"no such model"}}]', 'Not Found: no such model'],
    ['{"error":"no key sk-test-abcdef123456"}', 'Not Found: no key [key]'],
    ['{"detail":[{"msg":"no such model"}]}', 'Not Found'],
    ['<html>no such model</html>', 'Not Found'],
    ['"no such model"', 'Not Found'],
    ['null', 'Not Found'],
    ['', 'Not Found'],
  ])('finds the words of a server that has them in another place: %s', async (responseBody, message) => {
    const error = apiError(404, { message: 'Not Found', responseBody, data: undefined });
    expect(await failure(error)).toMatchObject({ ...REFUSED, message: `${message} (HTTP 404)` });
  });

  it('says where an answer is not what the provider’s package takes', async () => {
    const asChat = createOpenAICompatible({
      ...{ name: 'nearly', baseURL: 'https://models.example/v1' },
      fetch: async () => new Response('{"choices":[{"message":{"content":"Hi"}}],"usage":{"prompt_tokens":"1"}}'),
    });
    const error = await generateText({ model: asChat('m'), prompt: 'Hello', maxRetries: 0 }).catch((each) => each);
    const message = 'Invalid JSON response: usage.prompt_tokens: Invalid input: expected number, received string';
    expect(await failure(error)).toMatchObject({ ...UNAVAILABLE, message: `${message} (HTTP 200)` });
  });

  it('says that there are no words where there are none', async () => {
    const error = apiError(404, { message: '', responseBody: '', data: undefined });
    expect(await failure(error)).toMatchObject({ ...REFUSED, message: 'no reason given (HTTP 404)' });
  });

  it('holds nothing but the message', async () => {
    const { cause, details, stack } = await failure(apiError(400, { cause: new Error('of the network') }));
    expect({ cause, details }).toEqual({ cause: undefined, details: undefined });
    expect(stack).not.toMatch(/secret plans|models\.example|"body"/);
  });

  it('shows no key in a message or a stack', async () => {
    const { message, stack } = await failure(
      apiError(401, { message: 'Incorrect API key provided: sk-test-abcdef123456.' }),
    );
    expect(message).toBe('Incorrect API key provided: [key] (HTTP 401)');
    expect(stack).not.toContain('abcdef123456');
    expect((await failure(new Error('denied: Bearer abcdef123456'))).message).toBe('denied: [key]');
  });
});

describe('the wait before another try', () => {
  it.each([
    ['retry-after in seconds', { 'retry-after': '7' }, 7_000],
    ['a fraction of a second', { 'retry-after': '0.25' }, 250],
    ['spaces around it', { 'retry-after': ' 3 ' }, 3_000],
    ['any case of the header', { 'Retry-After': '7' }, 7_000],
    ['retry-after-ms', { 'retry-after-ms': '1500' }, 1_500],
    ['a fraction of a millisecond', { 'retry-after-ms': '12.3' }, 13],
    ['retry-after-ms before retry-after', { 'retry-after': '7', 'retry-after-ms': '1500' }, 1_500],
    ['retry-after beside a retry-after-ms that is none', { 'retry-after': '7', 'retry-after-ms': 'soon' }, 7_000],
    ['an hour at most, in seconds', { 'retry-after': '86400' }, 3_600_000],
    ['an hour at most, in milliseconds', { 'retry-after-ms': '1e12' }, 3_600_000],
    ['an hour at most, of a date', { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' }, 3_600_000],
  ] as [string, Record<string, string>, number][])('takes %s', async (_, headers, delay) => {
    expect(await limited(headers)).toMatchObject({ ...UNAVAILABLE, nextRetryDelay: delay });
  });

  it('takes a date', async () => {
    const { nextRetryDelay } = await limited({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    expect(nextRetryDelay).toBeGreaterThan(30_000);
    expect(nextRetryDelay).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ['words', { 'retry-after': 'soon' }],
    ['a date that is over', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }],
    ['a negative number', { 'retry-after': '-5', 'retry-after-ms': '-5' }],
    ['two points', { 'retry-after': '1.2.3' }],
    ['nothing', { 'retry-after': '', 'retry-after-ms': '' }],
    ['no end', { 'retry-after-ms': 'Infinity' }],
    ['zero', { 'retry-after': '0', 'retry-after-ms': '0' }],
  ] as [string, Record<string, string>][])('is left to the retry policy by %s', async (_, headers) => {
    expect(await limited(headers)).toMatchObject({ ...UNAVAILABLE, nextRetryDelay: undefined });
  });

  it('is not taken from a refusal', async () => {
    expect(await failure(apiError(403, { responseHeaders: { 'retry-after': '7' } }))).toMatchObject({
      ...REFUSED,
      nextRetryDelay: undefined,
    });
  });
});

describe('withoutKeys', () => {
  const hidden = (message: string) => withoutKeys(message, [], {});

  it.each([
    'sk-abcdefghijklmnop',
    'sk-proj-Ab3dEf6hIj9lMn2p_Qr5t',
    'sk-ant-api03-Ab3dEf6hIj9lMn2p',
    'gsk_Ab3dEf6hIj9lMn2pQr5t',
    'xai-Ab3dEf6hIj9lMn2pQr5t',
    'hf_Ab3dEf6hIj9lMn2pQr5t',
    'ghp_Ab3dEf6hIj9lMn2pQr5t',
    'pplx-Ab3dEf6hIj9lMn2pQr5t',
    'AIzaSyAb3dEf6hIj9lMn2pQr5t',
    'Bearer correct-horse-battery',
    'bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
    'Basic dXNlcjpwYXNzd29yZA==',
  ])('removes %s', (key) => {
    expect(hidden(`refused ${key}, sorry`)).toBe('refused [key], sorry');
  });

  it.each([
    ['Incorrect API key provided: correct-horse. Try another.', 'Incorrect API key provided: [key] Try another.'],
    ['Incorrect API key provided: sk-proj-****wxyz', 'Incorrect API key provided: [key]'],
    ['{"api_key":"correct-horse","model":"m"}', '{"api_key":"[key]","model":"m"}'],
    ['x-api-key: correct-horse', 'x-api-key: [key]'],
    ["access token = 'correct-horse'", "access token = '[key]'"],
    ['{"Authorization":"Bearer correct-horse"}', '{"Authorization":"[key]"}'],
    ['authorization: Token correct-horse', 'authorization: Token [key]'],
    ['authorization: correct-horse is no key', 'authorization: [key] is no key'],
    ['GET https://models.example/v1?key=correct-horse&alt=json', 'GET https://models.example/v1?key=[key]&alt=json'],
    [
      'a URL that includes credentials: http://me:correct@models.example/v1',
      'a URL that includes credentials: http://[key]@models.example/v1',
    ],
    [
      'Headers.append: "correct\nhorse" is an invalid header value.',
      'Headers.append: "[key]" is an invalid header value.',
    ],
    [
      'Headers.append: "Bearer correct\nhorse" is an invalid header value.',
      'Headers.append: "[key]" is an invalid header value.',
    ],
  ])('removes the key of %s', (message, clean) => {
    expect(hidden(message)).toBe(clean);
  });

  it('removes what the environment keeps secret, the longest first', () => {
    const env = {
      SHORT_KEY: 'horse-battery',
      MODEL_API_KEY: 'horse-battery-staple',
      DB_PASSWORD: 'staple1',
      SESSION_TOKEN: 'token$1',
      CLIENT_SECRET: 'rabbit',
      GOOGLE_CREDENTIALS: '{"a":1}',
      HOME: '/home/someone',
      EMPTY_KEY: '',
      TINY_KEY: 'abc',
    };
    const message = 'horse-battery-staple horse-battery staple1 token$1 rabbit {"a":1} /home/someone abc';
    expect(withoutKeys(message, [], env)).toBe('[key] [key] [key] [key] [key] [key] /home/someone abc');
  });

  it('keeps the beginning of a long message, at once, also where all of it looks like keys', () => {
    const began = performance.now();
    const long = 'hf-'.repeat(1_000_000);
    expect(hidden(long)).toBe(`${long.slice(0, 3999)}…`);
    expect(performance.now() - began).toBeLessThan(1000);
    // What the cut goes through is hidden before.
    const secret = 'horse-battery-staple';
    expect(withoutKeys(`${'x'.repeat(3990)}${secret}`, [secret], {})).toBe(`${'x'.repeat(3990)}[key]`);
  });

  it('reads the environment of the process by itself', () => {
    process.env.HOLDPOINT_TEST_KEY = 'horse-battery-staple';
    expect(withoutKeys('no horse-battery-staple here')).toBe('no [key] here');
    delete process.env.HOLDPOINT_TEST_KEY;
  });

  it.each([
    "Invalid schema for function 'refund': 'patternProperties' is not permitted.",
    'Unknown arguments: skip_special_tokens, keyword_arguments_given, sketchy-implementation',
    'The model key-value-store-large does not exist; hf_hub_download_file failed',
    'You can find your API key at https://platform.openai.com/account/api-keys.',
    'You exceeded your current quota: your basic subscription allows 3 requests.',
    'Missing bearer authentication in header, expected Bearer token',
    'Your API key is not allowed to use this model: gpt-5.4',
    'maximum context length is 128000 tokens (HTTP 400)',
    'Ask support@models.example, or see https://models.example/@help',
    '',
  ])('leaves alone: %s', (message) => {
    expect(hidden(message)).toBe(message);
  });
});
