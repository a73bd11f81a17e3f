/** Counts the tokens of model calls: per step, and of the whole run. */
import type { TokenUsage } from '../protocol/agent.ts';

export class UsageMeter {
  private readonly byPath = new Map<string, TokenUsage>();
  /** `undefined` before the first model call. */
  total: TokenUsage | undefined;

  add(path: string, usage: TokenUsage): void {
    this.byPath.set(path, sum(this.byPath.get(path), usage));
    this.total = sum(this.total, usage);
  }

  of(path: string): TokenUsage | undefined {
    return this.byPath.get(path);
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
