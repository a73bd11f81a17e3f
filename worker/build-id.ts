/** The build id of a worker for Temporal's Worker Versioning: what its workflow code is, wherever it was bundled. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { WorkflowBundleOption } from '@temporalio/worker';

/**
 * 12 hex digits of the SHA-256 of a bundle. The same sources, dependencies and places of both give the same; activities
 * are no part of it.
 */
export function buildIdOf(bundle: WorkflowBundleOption): string {
  const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8');
  // The source map has the paths of the machine.
  const sourceMap = code.lastIndexOf('//# sourceMappingURL=');
  const counted = sourceMap === -1 ? code : code.slice(0, sourceMap);
  return createHash('sha256').update(counted).digest('hex').slice(0, 12);
}
