/**
 * A changed definition never resumes under an old approval (H10): the definition's fingerprint is in the run's history, in
 * the memo that its client started it with, or else as the id of a patch. A worker with another definition does not find
 * its own there, fails the workflow task, and so changes nothing; once the old definition is back – or the new one says
 * `compatibleWith` –, the next retry of the task heals the run.
 */
import { patched, workflowInfo } from '@temporalio/workflow';
import type { WorkflowDefinition } from '../define/definition.ts';
import { activator } from '../human/activator.ts';
import { FAILURE } from '../protocol/failure.ts';
import { DEFINITION_MEMO_KEY } from '../protocol/memo.ts';
import { PATCH_PREFIX } from '../protocol/patches.ts';
import { changedPaths, fingerprintOf } from '../define/structure.ts';

const DEFINITION_PATCH = `${PATCH_PREFIX}definition:`;

/**
 * A run keeps the fingerprint that it was started with, that of its client where the run's first worker has the same
 * definition, as nearly always: a patch is two events and a write to the visibility store. Any other new execution records
 * that of now, also where it takes over a compatible one: its history is of this definition. A replay asks for those of
 * before too, and what its history does not have is answered with no and leaves nothing there.
 *
 * `compatibleWith` has whole fingerprints, since each must be the id of a patch.
 * @param carried the fingerprint of the execution that this one continues: in a new history any patch is taken
 * @throws a plain error, which fails the workflow task and not the run
 */
export function guardDefinition(definition: WorkflowDefinition, carried?: string): void {
  const now = fingerprintOf(definition);
  const allowed = [now, ...(definition.compatibleWith ?? [])];
  const isAllowed = (fingerprint?: string) => fingerprint !== undefined && allowed.includes(fingerprint);
  const isPatched = () => allowed.some((fingerprint) => patched(DEFINITION_PATCH + fingerprint));
  const given = carried ?? fingerprintOfClient();
  const recorded = recordedFingerprint() ?? given;
  const isOurs = () =>
    workflowInfo().unsafe.isReplaying ? isPatched() || isAllowed(recorded) : given === now || isPatched();
  const goesOn = carried === undefined || isAllowed(carried);
  if (goesOn && isOurs()) return;
  const before = goesOn ? recorded : carried;
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

/** Who starts a run may write anything there: what is not the definition's own fingerprint is as good as nothing. */
function fingerprintOfClient(): string | undefined {
  const given = workflowInfo().memo?.[DEFINITION_MEMO_KEY];
  return typeof given === 'string' ? given : undefined;
}

/**
 * The fingerprint of a patch in the history that is being replayed. The SDK keeps the patches it was told of in a private
 * field; without it, Temporal itself refuses a replay that does not ask for one of them, so this fails soft.
 */
function recordedFingerprint(): string | undefined {
  const patch = [...(activator()?.knownPresentPatches ?? [])].find((id) => id.startsWith(DEFINITION_PATCH));
  return patch?.slice(DEFINITION_PATCH.length);
}
