/** Imports a module of the user's project, TypeScript or JavaScript, on Node 20. Nothing of it stays cached. */
import { pathToFileURL } from 'node:url';

/** For modules that are pure data: the module's own dependencies may be loaded a second time. */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  // Only here: most commands of a terminal find no configuration to load.
  const { tsImport } = await import('tsx/esm/api');
  return tsImport(pathToFileURL(file).href, import.meta.url);
}

/** The default export; a TypeScript file in a package without `"type": "module"` has it one level deeper. */
export function defaultExport(module: Record<string, unknown>): unknown {
  const value = module.default;
  const nested = typeof value === 'object' && value !== null && '__esModule' in value;
  return nested ? (value as { default?: unknown }).default : value;
}

/** All exports; of a CommonJS module – any in a package without `"type": "module"` – Node may know the default alone. */
export function exportsOf(module: Record<string, unknown>): Record<string, unknown> {
  const { default: inner, 'module.exports': _, ...named } = module;
  const isAlone = Object.keys(named).every((name) => name === '__esModule');
  return isAlone && typeof inner === 'object' && inner !== null ? { ...inner } : { ...module };
}
