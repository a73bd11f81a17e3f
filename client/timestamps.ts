/** Moments as the server writes them. */
import type { google } from '@temporalio/proto';

export function dateOf(timestamp: google.protobuf.ITimestamp | null | undefined): Date {
  return new Date(Number(timestamp?.seconds ?? 0) * 1000 + Math.floor((timestamp?.nanos ?? 0) / 1e6));
}
