/**
 * Bundles workflows for the sandbox, and refuses what would only fail – or hang – once a run has started:
 * exports under another name than their definition's, bad definitions, and modules that the sandbox does not have.
 */
import { existsSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import {
  type BundleOptions,
  bundleWorkflowCode,
  type Logger,
  type LogLevel,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { definitionOf, type WorkflowDefinition } from '../workflows/define/definition.ts';
import { reasonOf } from '../workflows/define/reason.ts';
import { loadBundle } from './load-bundle.ts';

/** Workflow code that cannot become a bundle; the message names file and fix. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

export interface WorkflowBundle extends WorkflowBundleWithSourceMap {
  /** The names of all exported functions: with Temporal, the workflow types. */
  readonly workflowTypes: readonly string[];
  /** The definitions of those that are holdpoint's, by their types. */
  readonly definitions: ReadonlyMap<string, WorkflowDefinition>;
}

/**
 * A checked bundle, for `workflowBundle` of a Worker.
 * @throws {BundleError}
 */
export async function bundleWorkflows(options: BundleOptions): Promise<WorkflowBundle> {
  const file = relative('.', options.workflowsPath);
  const bundle = await webpackBundle(options, file);
  const exports = loadBundle(bundle.code, (problem, cause) => new BundleError(`${file}: ${problem}`, { cause }));
  assertNames(exports, file);
  const workflowTypes = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
  const definitions = workflowTypes.flatMap((name) => {
    const definition = definitionOf(exports[name]);
    return definition ? [[name, definition] as const] : [];
  });
  return { ...bundle, workflowTypes, definitions: new Map(definitions) };
}

/** Temporal names a workflow after its export; another name in the definition would be a lie in every message. */
function assertNames(exports: Readonly<Record<string, unknown>>, file: string): void {
  for (const [exported, value] of Object.entries(exports)) {
    const name = definitionOf(value)?.name;
    if (name === undefined || name === exported) continue;
    throw new BundleError(
      `${file}: workflow '${name}' is exported as '${exported}'. Temporal knows it by the name of its export: ` +
        `write \`export const ${name} = workflow({ name: '${name}', … })\`.`,
    );
  }
}

/**
 * What is evaluated once per thread instead of once per run, which saves a third of the memory of a paused run (see
 * bench): holdpoint, where the workflows can import it. It keeps no state of a run in its modules; the SDK freezes them.
 */
function preloaded({ workflowsPath }: BundleOptions): readonly string[] {
  const module = 'holdpoint/workflow';
  try {
    createRequire(resolve(workflowsPath)).resolve(module);
    return [module];
  } catch {
    return [];
  }
}

/**
 * The folder of the package that a file is in. Webpack names modules as seen from there, so that a build id is the same
 * wherever the project stands and is bundled from.
 */
function projectOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}

/**
 * The SDK's entry imports its sandbox side from the folder of the workflows. Where a package sees nothing but what it names
 * itself – pnpm, a package of a workspace – that need not be Temporal's: then it is the one that holdpoint sees.
 */
function sandboxHere(): Readonly<Record<string, string>> {
  const name = '@temporalio/workflow';
  return { [name]: dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)) };
}

async function webpackBundle(options: BundleOptions, file: string): Promise<WorkflowBundleWithSourceMap> {
  const log = new ErrorLog();
  const foreign = new ForeignImports(options.ignoreModules ?? []);
  const context = projectOf(resolve(options.workflowsPath));
  const bundling = bundleWorkflowCode({
    ...options,
    preloadModules: [...(options.preloadModules ?? []), ...preloaded(options)],
    logger: options.logger ?? log,
    webpackConfigHook: (given) => {
      const config = withModuleTypes({ ...given, context, resolve: { ...given.resolve, fallback: sandboxHere() } });
      return foreign.watch(options.webpackConfigHook?.(config) ?? config);
    },
  });
  const bundle = await bundling.catch((cause: unknown) => {
    const problem = foreign.explain() ?? `${file} cannot be bundled: ${log.firstError ?? reasonOf(cause)}`;
    throw new BundleError(problem, { cause });
  });
  const problem = foreign.explain();
  if (problem !== undefined) throw new BundleError(problem);
  return bundle;
}

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/** `.mts` and `.cts` beside `.ts`, to which the SDK limits its loader of TypeScript: a type argument would be read as a comparison. */
function withModuleTypes(config: WebpackConfig): WebpackConfig {
  const rules = (config.module?.rules ?? []).map((rule) =>
    typeof rule === 'object' && rule?.test instanceof RegExp && rule.test.test('.ts')
      ? { ...rule, test: /\.[cm]?ts$/ }
      : rule,
  );
  const extensionAlias = { ...config.resolve?.extensionAlias, '.mjs': ['.mts', '.mjs'], '.cjs': ['.cts', '.cjs'] };
  return { ...config, module: { ...config.module, rules }, resolve: { ...config.resolve, extensionAlias } };
}

type ExternalRequest = { readonly request?: string; readonly contextInfo?: { readonly issuer?: string } };

const ALLOWED = ['assert', 'url', 'util'];
const NODE_SIDE =
  /^(@temporalio\/(activity|client|worker|testing|core-bridge)|holdpoint\/(activities|client|worker|testing))(\/|$)/;

/** Watches for imports that only Node has, and who has them: webpack itself does not name a file for all of them. */
class ForeignImports {
  readonly #ignored: readonly string[];
  readonly #found = new Map<string, string>();

  constructor(ignored: readonly string[]) {
    this.#ignored = ignored;
  }

  watch(config: WebpackConfig): WebpackConfig {
    const watcher = async ({ request = '', contextInfo }: ExternalRequest) => {
      const name = request.replace(/^node:/, '');
      const [first = ''] = name.split('/');
      const builtin = request.startsWith('node:') || (builtinModules.includes(first) && !ALLOWED.includes(first));
      if ((builtin && !this.#ignored.includes(name)) || NODE_SIDE.test(request)) {
        this.#found.set(request, contextInfo?.issuer ?? '');
      }
      return undefined;
    };
    const externals = config.externals === undefined ? [] : [config.externals].flat();
    return { ...config, externals: [watcher, ...externals] as NonNullable<WebpackConfig['externals']> };
  }

  explain(): string | undefined {
    const [first] = this.#found;
    if (!first) return undefined;
    const [request, issuer] = first;
    const name = request.replace(/^node:/, '');
    const advice = ALLOWED.includes(name)
      ? `Write it as '${name}': the bundler does not know the 'node:' form.`
      : 'Workflows run in a sandbox without Node. Move what needs it into an activity, and import activities with `import type`.';
    return `${relative('.', issuer)}: imports '${request}'. ${advice}`;
  }
}

/** Keeps webpack's first error, which the SDK logs but does not throw, and prints nothing. */
class ErrorLog implements Logger {
  firstError: string | undefined;

  log(level: LogLevel, message: string): void {
    const plain = message.replace(/\u001b\[\d+m/g, '');
    const [first = ''] = plain.slice(Math.max(0, plain.indexOf('ERROR in '))).split(/\n\n|\nresolve '/);
    if (level === 'ERROR') this.firstError ??= first.replace(/^ERROR in /, '');
  }
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(message: string): void {
    this.log('ERROR', message);
  }
}
