/** Imports a module of the user's project, TypeScript or JavaScript, on Node 20. Nothing of it stays cached. */
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';

/** For modules that are pure data: the module's own dependencies may be loaded a second time. */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  return tsImport(pathToFileURL(file).href, import.meta.url);
}

/** The default export; a TypeScript file in a package without `"type": "module"` has it one level deeper. */
export function defaultExport(module: Record<string, unknown>): unknown {
  const value = module.default;
  const nested = typeof value === 'object' && value !== null && '__esModule' in value;
  return nested ? (value as { default?: unknown }).default : value;
}
