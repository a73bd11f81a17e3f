/** How a run learns whether large payloads are stored elsewhere. */

/** The patch of a run that may have large payloads. Workers with an external storage answer it with yes, others with no. */
export const EXTERNAL_STORAGE_PATCH = 'holdpoint-external-storage';
