/**
 * A model's provider on this machine: it speaks OpenAI's chat completions, without streaming. What it says is planned per
 * task, the first user message of a conversation, reply by reply.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ChatMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly object[];
}

export interface ChatRequest {
  /** Milliseconds, for differences. */
  readonly at: number;
  readonly authorization: string;
  readonly body: { readonly messages: readonly ChatMessage[] } & Readonly<Record<string, unknown>>;
  /** Whether the client waited for its answer. */
  readonly closed: Promise<'answered' | 'gone'>;
}

export interface ChatCall {
  readonly id: string;
  readonly name: string;
  /** A string is sent as it is. */
  readonly args: object | string;
}

export interface ChatReply {
  readonly text?: string;
  readonly calls?: readonly ChatCall[];
  readonly usage?: readonly [prompt: number, completion: number];
  /** The error of a status that is not 200. */
  readonly error?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of all that. */
  readonly body?: string;
  readonly afterMs?: number;
}

type Plan = readonly (ChatReply | ((request: ChatRequest) => ChatReply))[];

export interface ChatServer {
  readonly baseURL: string;
  /** @returns the task that gets these replies, one per request */
  plan(...replies: Plan): string;
  /** What was asked for a task so far. */
  requests(task: string): readonly ChatRequest[];
  close(): Promise<void>;
}

interface Conversation {
  readonly replies: Plan;
  readonly requests: ChatRequest[];
}

export async function startChatServer(): Promise<ChatServer> {
  const conversations = new Map<string, Conversation>();
  const server = createServer((request, response) => {
    answer(conversations, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    plan(...replies) {
      const task = `task ${randomUUID()}`;
      conversations.set(task, { replies, requests: [] });
      return task;
    },
    requests: (task) => conversations.get(task)!.requests,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(
  conversations: ReadonlyMap<string, Conversation>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await json(incoming)) as ChatRequest['body'];
  const task = body.messages.find(({ role }) => role === 'user')?.content ?? '';
  const { replies = [], requests = [] } = conversations.get(task) ?? {};
  const closed = new Promise<'answered' | 'gone'>((resolve) => {
    response.once('close', () => resolve(response.writableFinished ? 'answered' : 'gone'));
  });
  const { authorization = '' } = incoming.headers;
  const request: ChatRequest = { at: performance.now(), authorization, body, closed };
  const planned = replies[requests.length] ?? { status: 400, error: `nothing is planned for '${task}'` };
  requests.push(request);
  const reply = incoming.url === '/v1/chat/completions' ? planned : { status: 404, error: `no ${incoming.url}` };
  send(response, typeof reply === 'function' ? reply(request) : reply);
}

function send(response: ServerResponse, reply: ChatReply): void {
  const { status = 200, error, headers = {}, body, afterMs = 0 } = reply;
  const answered = () => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body ?? JSON.stringify(status === 200 ? completion(reply) : { error: { message: error } }));
  };
  const timer = setTimeout(answered, afterMs);
  response.on('close', () => clearTimeout(timer));
}

function completion({ text, calls = [], usage: [prompt, completed] = [10, 2] }: ChatReply): object {
  const tool_calls = calls.map(({ id, name, args }) => ({
    ...{ id, type: 'function' },
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
  const finish_reason = calls.length > 0 ? 'tool_calls' : 'stop';
  const message = { role: 'assistant', content: text ?? null, ...(calls.length > 0 ? { tool_calls } : {}) };
  return {
    ...{ id: `chatcmpl-${randomUUID()}`, object: 'chat.completion', created: 0, model: 'model-1' },
    choices: [{ index: 0, message, finish_reason }],
    usage: { prompt_tokens: prompt, completion_tokens: completed, total_tokens: prompt + completed },
  };
}
