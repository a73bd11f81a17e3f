/** Where recorded histories are. */
export const FOLDER = new URL('histories/0.1/', import.meta.url);
