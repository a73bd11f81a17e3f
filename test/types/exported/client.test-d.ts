/** What each method of `holdpoint/client` gives, exported with its inferred type: see test/demo/docs.test.ts. */
import { connect, encryptedDataConverter, fileStorage, storedDataConverter } from 'holdpoint/client';

export const client = async () => connect();
type Client = Awaited<ReturnType<typeof client>>;

export const run = async (at: Client) => at.run('w', { input: 1 });
export const started = async (at: Client) => at.start('w', { input: 1 });
export const waited = async (at: Client) => at.wait('id');
export const answered = async (at: Client) => at.continueRun({ runId: 'id', decisions: [] });
export const stream = (at: Client) => at.stream('w', { input: 1 });
export const rest = (at: Client) => at.continueStream({ runId: 'id', decisions: [] });
export const events = (at: Client) => at.events('id');
export const audit = async (at: Client) => at.audit('id');
export const got = async (at: Client) => at.getRun('id');
export const cancelled = async (at: Client) => at.cancel('id', 'why');
export const session = async (at: Client) => at.getSession('id');
export const paused = (at: Client) => at.listPaused();
export const temporal = (at: Client) => at.temporal;

type Run = Awaited<ReturnType<typeof run>>;
export const fieldsOfRun = (of: Run) => [of.status, of.content, of.stepResults, of.usage, of.refusedAnswers, of.error];
export const requirements = (of: Run) => of.activeStepRequirements;
type Requirement = ReturnType<typeof requirements>[number];
export const shownBy = (of: Requirement) => [of.kind, of.stepType, of.input, of.userInputSchema, of.onReject];
export const givenTo = (of: Requirement) => [of.resolution, of.onTimeout, of.userInput, of.result];
export const tools = (of: Requirement) => of.tools;
export const tool = (of: Requirement) => of.tools[0]!;
export const fieldsOfTool = (of: Requirement) => [tool(of).kind, tool(of).args, tool(of).userInputSchema];

type Paused = ReturnType<typeof paused> extends AsyncIterable<infer Each> ? Each : never;
export const open = (of: Paused) => of.open;
export const openTool = (of: Paused) => of.open[0]?.tools?.[0];
export const fieldsOfOpen = (of: Paused) => ({ ...of.open[0]! });

type Entry = Awaited<ReturnType<typeof audit>>[number];
export const shown = (of: Entry) => (of.what === 'asked' ? of.shown : undefined);
export const decided = (of: Entry) => (of.what === 'decided' ? of.tools : undefined);

export const encrypted = async () => encryptedDataConverter({ keys: [] });
export const stored = () => storedDataConverter({ folder: '/payloads' });
export const files = () => fileStorage('/payloads');
