/**
 * The compact, bounded picture of a run that is visible with no worker up: the value of its memo key `holdpoint`.
 * It is also how the client learns from history that something changed.
 */
import type { OnTimeout } from '../define/human-review.ts';
import type { UserInputSchema } from '../define/user-input-schema.ts';
import { cut, cutBytes } from '../define/cut.ts';
import { defined } from '../define/defined.ts';
import { jsonBytes } from '../define/json.ts';
import type { JournalEntry } from './events.ts';
import type { RequirementKind, StepRequirement, ToolRequirement } from './requirement.ts';
import type { RunStatus } from './run-output.ts';

export const MEMO_KEY = 'holdpoint';

/** The memo of holdpoint's client when it starts a run: the fingerprint of the definition that it has. */
export const DEFINITION_MEMO_KEY = 'holdpointDefinition';

/** The memo of an execution that goes on with what another has left for it: Temporal's id of that one. */
export const CONTINUES_MEMO_KEY = 'holdpointContinues';

/** Bytes of what is under review that a memo shows. */
export const PREVIEW_LIMIT = 2048;
/** Bytes of the schemas that the tool calls of one requirement show. */
const TOOL_SCHEMAS_LIMIT = 4 * PREVIEW_LIMIT;
const MESSAGE_LIMIT = 500;
const CHOICES_LIMIT = 50;
const OPEN_LIMIT = 20;
const DECIDED_LIMIT = 50;
const TOOLS_LIMIT = 20;

/** A tool call in brief; `preview` is the JSON of its arguments, cut where it is long. */
export type OpenTool = Omit<ToolRequirement, 'args'> & { readonly preview: string };

/** An open requirement in brief. */
export interface OpenPause {
  readonly id: string;
  readonly digest: string;
  readonly kind: RequirementKind;
  readonly stepName: string;
  readonly stepType: StepRequirement['stepType'];
  readonly nodeHash?: string;
  readonly topLevelStep: string;
  readonly message?: string;
  /** JSON of what is under review, cut to {@link PREVIEW_LIMIT}. */
  readonly preview?: string;
  readonly availableChoices?: readonly string[];
  readonly allowMultipleSelections?: boolean;
  /** Left out where its JSON is longer than a preview. */
  readonly userInputSchema?: UserInputSchema;
  /** Executor pauses: 20 calls, those that still wait before others; they share the room of one preview, and for their schemas of four. */
  readonly tools?: readonly OpenTool[];
  /** Executor pauses: how many calls there are. */
  readonly toolCount?: number;
  readonly mayHaveRun?: true;
  readonly toolCallId?: string;
  readonly retryCount: number;
  readonly previousFeedback?: string;
  readonly createdAt: string;
  readonly timeoutAt?: string;
  readonly onTimeout: OnTimeout;
}

export interface RunMemo {
  readonly version: 1;
  /** Of the newest event of the run. */
  readonly sequence: number;
  /** Events since the last time that some were handed over. */
  readonly journal?: readonly JournalEntry[];
  readonly status: RunStatus;
  readonly workflowName: string;
  readonly sessionId: string;
  /** The oldest open requirements; `openCount` counts them all. */
  readonly open: readonly OpenPause[];
  readonly openCount: number;
  /** Decisions that took effect since the memo before this one: `[requirement, decisionId]`. */
  readonly decided: readonly (readonly [string, string])[];
}

/** The memo of an execution that continues as new: its events have been told. */
export function withoutJournal(memo: { readonly [key: string]: unknown } = {}): { readonly [key: string]: unknown } {
  const { journal: _, ...told } = (memo[MEMO_KEY] ?? {}) as Partial<RunMemo>;
  return MEMO_KEY in memo ? { ...memo, [MEMO_KEY]: told } : memo;
}

/** The memo of a run with these open requirements. @param most how many of them it shows */
export function toMemo(
  run: Pick<RunMemo, 'status' | 'workflowName' | 'sessionId' | 'sequence'>,
  open: readonly StepRequirement[],
  decided: RunMemo['decided'],
  journal: readonly JournalEntry[] = [],
  most: number = OPEN_LIMIT,
): RunMemo {
  return {
    version: 1,
    ...run,
    open: open.slice(0, most).map(brief),
    openCount: open.length,
    decided: decided.slice(-DECIDED_LIMIT),
    // Last: whoever reads the memo in the Web UI wants the questions first.
    ...(journal.length === 0 ? {} : { journal }),
  };
}

/** An open requirement in brief. */
export function brief(requirement: StepRequirement): OpenPause {
  const { id, digest, kind, stepName, stepType, topLevelStep, retryCount, createdAt, onTimeout } = requirement;
  const { message, previousFeedback, availableChoices, userInputSchema, timeoutAt } = requirement;
  const { nodeHash, tools, mayHaveRun, toolCallId } = requirement;
  const shown = requirement.output ?? requirement.input;
  return defined({
    ...{ id, digest, kind, stepName, stepType, topLevelStep, retryCount, createdAt, onTimeout },
    nodeHash,
    message: message && cut(message, MESSAGE_LIMIT),
    preview: shown === undefined ? undefined : cutBytes(JSON.stringify(shown), PREVIEW_LIMIT),
    availableChoices: availableChoices?.slice(0, CHOICES_LIMIT),
    allowMultipleSelections: requirement.allowMultipleSelections || undefined,
    userInputSchema: ifShort(userInputSchema),
    tools: tools && briefTools(tools),
    toolCount: tools?.length,
    mayHaveRun: mayHaveRun || undefined,
    toolCallId,
    previousFeedback: previousFeedback && cut(previousFeedback, MESSAGE_LIMIT),
    timeoutAt,
  });
}

function briefTools(tools: readonly ToolRequirement[]): OpenTool[] {
  const waiting = tools.filter(({ resolution }) => resolution === undefined);
  const others = tools.filter(({ resolution }) => resolution !== undefined);
  const shown = [...waiting, ...others].slice(0, TOOLS_LIMIT);
  let room = TOOL_SCHEMAS_LIMIT;
  return shown.map((tool) => {
    const schema = ifShort(tool.userInputSchema);
    room -= schema ? jsonBytes(schema) : 0;
    return briefTool(tool, PREVIEW_LIMIT / shown.length, room < 0 ? undefined : schema);
  });
}

/** What a human said of the call is left out: it is in the run. */
function briefTool(tool: ToolRequirement, room: number, userInputSchema: ToolRequirement['userInputSchema']): OpenTool {
  const { toolCallId, toolName, kind, member, args, resolution, resolvedBy } = tool;
  const preview = cutBytes(JSON.stringify(args), Math.max(room, 100));
  return defined({ toolCallId, toolName, kind, preview, member, userInputSchema, resolution, resolvedBy });
}

function ifShort<Schema extends UserInputSchema>(schema: Schema | undefined): Schema | undefined {
  return schema && jsonBytes(schema) <= PREVIEW_LIMIT ? schema : undefined;
}
