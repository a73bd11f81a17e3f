/** `holdpoint definition`: a workflow as a tree, with every gate in it, also those of tools. Needs no server. */
import { existsSync } from 'node:fs';
import type { Agents } from '../../activities/agent-activities.ts';
import { loadConfig, type LoadedConfig } from '../../client/config.ts';
import { CliError } from '../../client/cli/exit.ts';
import { nearMatches } from '../../client/cli/near.ts';
import { aside, paint, print, printJson } from '../../client/cli/output.ts';
import { oneLine, plain } from '../../client/cli/plain.ts';
import { importModule } from '../../client/import-module.ts';
import { definitionOf, type WorkflowDefinition } from '../../workflows/define/definition.ts';
import { BundleError, bundleWorkflows } from '../bundle.ts';
import { type TreeNode, treeOf } from '../definition-tree.ts';
import { loadBundle } from '../load-bundle.ts';

export interface DefinitionOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export async function definition(name: string, { config: path, json }: DefinitionOptions): Promise<void> {
  const config = await loadConfig({ path });
  const definitions = await definitionsIn(config);
  const found = definitions.find((each) => each.name === name);
  if (!found) {
    const names = definitions.map((each) => each.name);
    const near = nearMatches(name, names);
    throw new CliError(
      'notFound',
      `There is no workflow '${name}' in ${config.workflowsPath}.`,
      near.length > 0 ? near : names.slice(0, 5),
    );
  }
  const agents = await agentsIn(config);
  const steps = found.steps.map((node) => treeOf(node, '', agents));
  const { description } = found;
  if (json) return printJson({ name, description, agentsKnown: agents !== undefined, steps });
  print(`${paint('bold', plain(name))}${description === undefined ? '' : ` – ${oneLine(description)}`}`);
  print(...steps.flatMap((step, index) => linesOf(step, '', index === steps.length - 1)));
}

async function definitionsIn({ workflowsPath }: LoadedConfig): Promise<WorkflowDefinition[]> {
  if (!existsSync(workflowsPath)) throw new CliError('notFound', `There are no workflows at ${workflowsPath}.`);
  const { code } = await bundleWorkflows({ workflowsPath });
  const exported = loadBundle(code, (problem, cause) => new BundleError(problem, { cause }));
  return Object.values(exported).flatMap((value) => definitionOf(value) ?? []);
}

/** `undefined` where the activities do not load here: then the gates of tools cannot be told. */
async function agentsIn({ activitiesPath }: LoadedConfig): Promise<Agents | undefined> {
  if (!existsSync(activitiesPath)) return undefined;
  try {
    const { agents = {} } = await importModule(activitiesPath);
    return agents as Agents;
  } catch (error) {
    aside(
      `The gates of tools are unknown: ${activitiesPath} cannot be loaded: ${oneLine((error as Error).message, 300)}`,
    );
    return undefined;
  }
}

function linesOf(
  { name, type, executor, gates, tools = [], children = [] }: TreeNode,
  indent: string,
  last: boolean,
): string[] {
  const below = `${indent}${last ? '   ' : '│  '}`;
  const what = executor === undefined ? type : `${type}, ${executor}`;
  const rest = [
    ...gates.map((gate) => paint('yellow', `⏸ ${oneLine(gate.text)}`)),
    ...tools.map((tool) => {
      const whose = tool.member === undefined ? '' : ` of ${oneLine(tool.member)}`;
      const gate = tool.gate === undefined ? '' : paint('yellow', ` ⏸ ${tool.gate.text}`);
      return `tool ${oneLine(tool.name)}${whose}${gate}`;
    }),
  ].map((line) => `${below}${children.length === 0 ? '  ' : '│ '}${line}`);
  return [
    `${indent}${last ? '└─ ' : '├─ '}${paint('bold', oneLine(name))} ${paint('dim', `(${what})`)}`,
    ...rest,
    ...children.flatMap((child, index) => linesOf(child, below, index === children.length - 1)),
  ];
}
