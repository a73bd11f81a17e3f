/** How a run notices that its worker lacks what it needs there. */

/**
 * The patch of no run: the SDK activates any that nobody answers, so a worker without `holdpointPlugin()` says yes to it,
 * and a run that is to begin there waits for one that says no. One that has begun is replayed, and asks nobody.
 */
export const NO_PLUGIN_PATCH = 'holdpoint-no-plugin';
