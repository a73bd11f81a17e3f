/** The frame around examples 02 to 06: a server, a worker and a client to play with; what came of it; an orderly end. */
import { HoldpointError, type HoldpointClient, type Run } from 'holdpoint/client';
import { BinaryNotFoundError, DevServerError } from 'holdpoint/worker';
import { modelName } from './model.ts';
import { type Answers, type Person, personFor, Stopped } from './person.ts';
import { type Platform, startPlatform } from './platform.ts';

interface ExampleOptions {
  readonly workflowsPath: string;
  readonly activities: object;
  /** By tool: what is answered where nobody sits at the terminal. Default: yes. */
  readonly answers?: Answers;
}

interface Stage {
  readonly client: HoldpointClient;
  readonly person: Person;
  /** Of the server, for other processes. */
  readonly address: string;
}

/** Plays a run to its end and shows it. The process then ends by itself: with 0, or 1 where something went wrong. */
export async function example(options: ExampleOptions, play: (stage: Stage) => Promise<Run>): Promise<void> {
  const { workflowsPath, activities, answers = {} } = options;
  let platform: Platform | undefined;
  try {
    console.log(`Model: ${modelName}\nStarting a Temporal server and a worker …`);
    platform = await startPlatform({ workflowsPath, activities, say: (line) => console.log(line) });
    console.log(`Web UI: ${platform.linkTo('')}`);
    const { client, address } = platform;
    conclude(await play({ client, address, person: personFor(answers) }));
  } catch (error) {
    const ours = [Stopped, HoldpointError, BinaryNotFoundError, DevServerError].some((type) => error instanceof type);
    console.error(ours ? `\n✗ ${(error as Error).message}` : error);
    process.exitCode = 1;
  } finally {
    await platform?.stop();
  }
}

function conclude(run: Run): void {
  const { inputTokens = 0, outputTokens = 0 } = run.usage ?? {};
  const content = typeof run.content === 'string' ? run.content : JSON.stringify(run.content, null, 2);
  console.log(`\nThe run is ${run.status}:\n${content}`);
  console.log(`\nWhat was asked:\n${history(run)}`);
  console.log(`\nTokens: ${inputTokens} in, ${outputTokens} out`);
}

/** Every requirement of the run so far, oldest first, a line per question. */
export function history({ stepRequirements }: Run): string {
  const lines = stepRequirements.flatMap(({ id, tools, ...step }) => {
    if (tools.length === 0) return [`${id}: ${outcome({ ...step, note: step.rejectionFeedback })}`];
    return tools.map(
      (tool) => `${id}, ${tool.toolName} ${JSON.stringify(tool.args ?? tool.preview)}: ${outcome(tool)}`,
    );
  });
  return lines.map((line) => `  ${line}`).join('\n');
}

interface Outcome {
  readonly resolution?: string | undefined;
  readonly resolvedBy?: string | undefined;
  readonly note?: string | undefined;
  readonly userInput?: object | undefined;
}

function outcome({ resolution, resolvedBy = 'somebody', note, userInput }: Outcome): string {
  if (resolution === undefined) return 'open';
  const said = userInput === undefined ? note : JSON.stringify(userInput);
  return `${resolution} by ${resolvedBy}${said === undefined ? '' : `, ${said}`}`;
}
