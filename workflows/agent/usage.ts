/** Counts the tokens of model calls: per step, and of the whole run. */
import { defined } from '../define/defined.ts';
import type { TokenUsage } from '../protocol/agent.ts';

export interface CarriedUsage {
  readonly total?: TokenUsage;
  readonly byPath?: { readonly [path: string]: TokenUsage };
}

export class UsageMeter {
  readonly #byPath: Map<string, TokenUsage>;
  /** `undefined` before the first model call. */
  total: TokenUsage | undefined;

  constructor({ total, byPath = {} }: CarriedUsage = {}) {
    this.total = total;
    this.#byPath = new Map(Object.entries(byPath));
  }

  add(path: string, usage: TokenUsage): void {
    this.#byPath.set(path, sum(this.#byPath.get(path), usage));
    this.total = sum(this.total, usage);
  }

  /** An iteration of a loop is over: nobody asks for its steps any more. */
  forget(_loop: string, iteration: string): void {
    for (const path of this.#byPath.keys()) if (path.startsWith(iteration)) this.#byPath.delete(path);
  }

  toJSON(): CarriedUsage {
    return defined({ total: this.total, byPath: Object.fromEntries(this.#byPath) });
  }

  of(path: string): TokenUsage | undefined {
    return this.#byPath.get(path);
  }
}

function sum(a: TokenUsage | undefined, b: TokenUsage): TokenUsage {
  if (!a) return b;
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    totalTokens: a.totalTokens + b.totalTokens,
  };
}
