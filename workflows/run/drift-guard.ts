/**
 * A changed definition never resumes under an old approval (H10): the definition's fingerprint is the id of a patch in
 * the run's history. A worker with another definition finds no such patch there, fails the workflow task, and so changes
 * nothing; once the old definition is back – or the new one says `compatibleWith` –, the next retry of the task heals
 * the run.
 */
import { patched } from '@temporalio/workflow';
import type { WorkflowDefinition } from '../define/definition.ts';
import { activator } from '../human/activator.ts';
import { FAILURE } from '../protocol/failure.ts';
import { PATCH_PREFIX } from '../protocol/search-attributes.ts';
import { changedPaths, fingerprintOf } from './structure.ts';

const DEFINITION_PATCH = `${PATCH_PREFIX}definition:`;

/**
 * A run keeps the fingerprint that it was started with. A new run records that of now, with the first question; a replay
 * asks for those of before too, and what its history does not have is answered with no and leaves nothing there.
 *
 * `compatibleWith` has whole fingerprints, since each must be the id of a patch: by their hashes alone, runs could go on
 * only by what {@link recordedFingerprint} reads, and that is no part of the SDK's interface.
 * @param carried the fingerprint of the execution that this one continues: in a new history any patch is taken
 * @throws a plain error, which fails the workflow task and not the run
 */
export function guardDefinition(definition: WorkflowDefinition, carried?: string): void {
  const now = fingerprintOf(definition);
  const allowed = [now, ...(definition.compatibleWith ?? [])];
  const goesOn = carried === undefined || allowed.includes(carried);
  if (goesOn && allowed.some((fingerprint) => patched(DEFINITION_PATCH + fingerprint))) return;
  const before = goesOn ? recordedFingerprint() : carried;
  const changed = before === undefined ? [] : changedPaths(before, now);
  const what = changed.length === 0 ? 'a node' : changed.map((path) => `'${path}'`).join(', ');
  const allow =
    before === undefined
      ? ''
      : ` Where it may go on under this one, say so in the workflow: compatibleWith: [${JSON.stringify(before)}].`;
  throw Object.assign(
    new Error(
      `${FAILURE.definitionChanged}: workflow '${definition.name}' was changed at ${what} while this run was open. ` +
        'The run stays as it is: put the old definition back, or keep its workers running beside the new ones (Worker Versioning).' +
        allow,
    ),
    { name: 'DefinitionChanged' },
  );
}

/**
 * The fingerprint in the history that is being replayed. The SDK keeps the patches it was told of in a private field;
 * this is only for the error's text, so it fails soft.
 */
function recordedFingerprint(): string | undefined {
  const patch = [...(activator()?.knownPresentPatches ?? [])].find((id) => id.startsWith(DEFINITION_PATCH));
  return patch?.slice(DEFINITION_PATCH.length);
}
