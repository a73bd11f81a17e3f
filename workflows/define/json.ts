/** JSON values as the engine holds them: measured in bytes, frozen all the way down. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Json } from './step-output.ts';

/** An object with keys: no `null`, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bytes (UTF-8) of the value as JSON: what a payload of it weighs. @throws {TypeError} for what JSON cannot hold */
export function jsonBytes(value: unknown): number {
  return utf8ToBytes(JSON.stringify(value) ?? '').length;
}

/** Bytes of the payload that Temporal makes of the value. @throws {TypeError} for what JSON cannot hold */
export function payloadBytes(value: unknown): number {
  return value instanceof Uint8Array ? value.length : jsonBytes(value);
}

/**
 * The text without halves of characters. In an error's message or type they stop the worker where the text is short: the
 * SDK (1.24) encodes such a text as it is, and its core cannot read it.
 */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Freezes a JSON value: nothing downstream can change what a human saw or said. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}

/** The value as JSON sees it, frozen. @throws {TypeError} for what JSON cannot hold */
export function asJson(value: unknown): Json {
  const text = JSON.stringify(value);
  return text === undefined ? null : deepFreeze(JSON.parse(text) as Json);
}

/** Levels of nesting that are taken from anybody: deeper JSON may pass through the stack here and overflow it elsewhere. */
export const DEPTH_LIMIT = 100;

/** Is the value nested deeper than that? A cycle is. Recurses no further than the limit. */
export function isTooDeep(value: unknown, limit: number = DEPTH_LIMIT): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((child) => isTooDeep(child, limit - 1));
}
