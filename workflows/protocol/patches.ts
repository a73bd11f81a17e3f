/**
 * Patches by which a run asks the worker that it begins on how that is set up: the answer is in the run's history, so replays
 * agree. Workers answer with their `patchActivationCallback`; one without holdpoint's plugin says yes to any. A run's
 * definition is a patch too, see run/drift-guard.ts.
 */

/** Every patch of ours begins with this; a callback of the user's has no say in them. */
export const PATCH_PREFIX = 'holdpoint-';

/**
 * The patch of no run: a worker without `holdpointPlugin()` says yes to it, and a run that is to begin there waits for one
 * that says no. One that has begun is replayed, and asks nobody.
 */
export const NO_PLUGIN_PATCH = 'holdpoint-no-plugin';

/**
 * The patch of a run that sets no search attributes: only a worker that has seen them in the namespace lets runs set them, as
 * an unregistered one would fail the workflow task for ever.
 */
export const NO_SEARCH_ATTRIBUTES_PATCH = 'holdpoint-no-search-attributes';

/** The patch of a run that tells of its pauses. Workers with `onPause` answer it with yes. */
export const ON_PAUSE_PATCH = 'holdpoint-on-pause';

/**
 * The patch of a run in which so much went on in one workflow task that the rest was left for the next one. Asked only there, as
 * runs of earlier releases have not done so.
 */
export const CROWDED_PATCH = 'holdpoint-crowded';

/** The patch of a run that may have large payloads. Workers with an external storage answer it with yes. */
export const EXTERNAL_STORAGE_PATCH = 'holdpoint-external-storage';
