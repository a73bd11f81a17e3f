/**
 * What can go wrong between a caller and a run. Each error has a `type` that is stable across releases, names the run or
 * the requirement, and says what to do. An answer that is refused has changed nothing.
 */
import { howToRegister } from './search-attributes.ts';
import type { RefusalCode, StepRequirement } from '../workflows/protocol/requirement.ts';
import type { RunStatus } from '../workflows/protocol/run-output.ts';
import type { Run } from './run.ts';

/** The base of all errors of the client. */
export abstract class HoldpointError extends Error {
  abstract readonly type: `holdpoint.${string}`;
}

/** No run has this id. */
export class RunNotFound extends HoldpointError {
  override readonly name = 'RunNotFound';
  readonly type = 'holdpoint.RunNotFound';
  readonly runId: string;

  constructor(runId: string, namespace: string) {
    super(
      `there is no run '${runId}' in namespace '${namespace}'; check the id, the namespace and the server's retention.`,
    );
    this.runId = runId;
  }
}

/** What is encrypted cannot be read here: its key is not among the keys, or it is not what that key encrypted. */
export class DecryptionFailed extends HoldpointError {
  override readonly name = 'DecryptionFailed';
  readonly type = 'holdpoint.DecryptionFailed';
  readonly keyId: string;

  /** @param known ids of the keys here; left out where the key is one of them, and yet does not fit */
  constructor(keyId: string, known: readonly string[] | undefined, options?: ErrorOptions) {
    // It comes with the payload, so it can be anything.
    const id = keyId.length > 200 ? `${keyId.slice(0, 200)}…` : keyId;
    super(
      known
        ? `a payload is encrypted with key '${id}', which is not here (${known.length === 0 ? 'there are no keys' : `there are ${known.join(', ')}`}); add it to encryption.keys in temporal.config.ts.`
        : `a payload says that it is encrypted with key '${id}', and cannot be decrypted with it: it was changed, or another key has this id here.`,
      options,
    );
    this.keyId = keyId;
  }
}

/** A large payload is not where its reference says, or nothing here knows where that is. */
export class StoredPayloadUnavailable extends HoldpointError {
  override readonly name = 'StoredPayloadUnavailable';
  readonly type = 'holdpoint.StoredPayloadUnavailable';

  constructor(problem: string, options?: ErrorOptions) {
    super(
      `a payload is kept in an external storage, and cannot be read here: ${problem}; clients and workers need the same externalStorage in temporal.config.ts, and what it keeps for as long as their runs.`,
      options,
    );
  }
}

/** A run id is used once: also when its run has ended. */
export class RunAlreadyExists extends HoldpointError {
  override readonly name = 'RunAlreadyExists';
  readonly type = 'holdpoint.RunAlreadyExists';
  readonly runId: string;
  /** The part of the message that says what to do with this client. */
  readonly hint: string;

  constructor(runId: string) {
    const hint = 'choose another runId, or leave it out to get a new one';
    super(`there is a run '${runId}' already; ${hint}.`);
    this.hint = hint;
    this.runId = runId;
  }
}

/** The run failed; `run` has its outputs so far and its `error`. */
export class RunFailed extends HoldpointError {
  override readonly name = 'RunFailed';
  readonly type = 'holdpoint.RunFailed';
  readonly run: Run;

  constructor(run: Run) {
    const { message = 'no reason is known', path } = run.error ?? {};
    super(`run '${run.runId}' failed${path === undefined ? '' : ` at '${path}'`}: ${message}`);
    this.run = run;
  }
}

/** There is nothing to answer. */
export class RunNotPaused extends HoldpointError {
  override readonly name = 'RunNotPaused';
  readonly type = 'holdpoint.RunNotPaused';
  readonly runId: string;
  readonly status: RunStatus;
  /** The part of the message that says what to do with this client. */
  readonly hint: string;

  constructor({ runId, status }: Pick<Run, 'runId' | 'status'>) {
    const hint = status === 'running' ? 'wait until it pauses (client.wait)' : 'it has ended and takes no answer';
    super(`run '${runId}' is ${status} and has no open requirement: ${hint}.`);
    this.hint = hint;
    this.runId = runId;
    this.status = status;
  }
}

/** `continueRun` without an answer, or with half of one. */
export class UnresolvedRequirements extends HoldpointError {
  override readonly name = 'UnresolvedRequirements';
  readonly type = 'holdpoint.UnresolvedRequirements';
  /** Ids. */
  readonly requirements: readonly string[];

  constructor(runId: string, requirements: readonly string[], hint: string) {
    super(`run '${runId}' waits for an answer to ${requirements.join(', ')}: ${hint}.`);
    this.requirements = requirements;
  }
}

/** One decision that the run refused. */
export interface Refusal {
  readonly requirement: string;
  readonly code: RefusalCode;
  readonly reason: string;
}

/** What is known of a refused call: every refusal in it – the other decisions took effect – and the run as it is now. */
export interface RefusalContext {
  readonly refusals: readonly Refusal[];
  readonly run: Run;
}

/** Somebody else, or the deadline, was first. */
export class RequirementAlreadyResolved extends HoldpointError {
  override readonly name = 'RequirementAlreadyResolved';
  readonly type = 'holdpoint.RequirementAlreadyResolved';
  readonly requirement: string;
  readonly resolution: StepRequirement['resolution'];
  /** Who the sender said they were, or `timeout`. */
  readonly resolvedBy: string | undefined;
  /** ISO 8601. */
  readonly resolvedAt: string | undefined;
  readonly refusals: readonly Refusal[];
  readonly run: Run | undefined;

  constructor(
    requirement: Pick<StepRequirement, 'id' | 'resolution' | 'resolvedBy' | 'resolvedAt'>,
    context?: RefusalContext,
  ) {
    const { id, resolution, resolvedBy, resolvedAt } = requirement;
    const by = resolvedBy === undefined ? '' : ` by ${resolvedBy}`;
    const at = resolvedAt === undefined ? '' : ` at ${resolvedAt}`;
    // Of an executor pause that waits on, it is a call that has its answer: the refusal names it.
    const call = resolution === undefined ? context?.refusals[0]?.reason : undefined;
    const what = call === undefined ? ` is already ${resolution ?? 'resolved'}${by}${at}` : `: ${call}`;
    super(`requirement '${id}'${what}; this answer changed nothing.${others(context)}`);
    this.requirement = id;
    this.resolution = resolution;
    this.resolvedBy = resolvedBy;
    this.resolvedAt = resolvedAt;
    this.refusals = context?.refusals ?? [];
    this.run = context?.run;
  }
}

/** The answer does not fit what was asked; `reason` says why. */
export class InvalidAnswer extends HoldpointError {
  override readonly name = 'InvalidAnswer';
  readonly type = 'holdpoint.InvalidAnswer';
  readonly requirement: string;
  readonly reason: string;
  readonly refusals: readonly Refusal[];
  readonly run: Run | undefined;

  constructor(requirement: string, reason: string, context?: RefusalContext) {
    super(`requirement '${requirement}': ${reason}.${others(context)}`);
    this.requirement = requirement;
    this.reason = reason;
    this.refusals = context?.refusals ?? [];
    this.run = context?.run;
  }
}

/** The input or the options of a run are not what the workflow takes; nothing was started. */
export class InvalidInput extends HoldpointError {
  override readonly name = 'InvalidInput';
  readonly type = 'holdpoint.InvalidInput';

  constructor(workflowName: string, problem: string) {
    super(`${workflowName}: ${problem}; nothing was started.`);
  }
}

/** The timeout passed. The run goes on, and an answer that was sent stays sent. */
export class WaitTimeout extends HoldpointError {
  override readonly name = 'WaitTimeout';
  readonly type = 'holdpoint.WaitTimeout';
  readonly runId: string;
  /** What the run waits for, where something is wrong: `waiting for a worker: …`. */
  readonly waitingFor: string | undefined;
  /** The part of the message that says what to do with this client. */
  readonly hint: string;

  /** @param hasSent an answer is on its way */
  constructor(runId: string, timeoutMs: number, waitingFor: string | undefined, hasSent = false) {
    const reason = waitingFor ?? 'waiting for it to go on; its steps are at work';
    const hint = `client.wait('${runId}') waits again`;
    const sent = hasSent ? ' Your answer is on its way: do not answer again.' : '';
    super(`run '${runId}', after ${timeoutMs} ms: ${reason}. It goes on without you; ${hint}.${sent}`);
    this.hint = hint;
    this.runId = runId;
    this.waitingFor = waitingFor;
  }
}

/** `close()` was called: nothing more is asked of the server. A run goes on, and an answer that was sent stays sent. */
export class ClientClosed extends HoldpointError {
  override readonly name = 'ClientClosed';
  readonly type = 'holdpoint.ClientClosed';

  constructor() {
    super('the client was closed');
  }
}

/** The server has no such namespace. */
export class NamespaceNotFound extends HoldpointError {
  override readonly name = 'NamespaceNotFound';
  readonly type = 'holdpoint.NamespaceNotFound';
  readonly namespace: string;

  constructor(namespace: string, address: string, options?: ErrorOptions) {
    super(
      `the Temporal server at ${address} has no namespace '${namespace}'; correct it in temporal.config.ts or TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace} --address ${address}`,
      options,
    );
    this.namespace = namespace;
  }
}

/** The server is there, and does not let this client do it. */
export class AccessDenied extends HoldpointError {
  override readonly name = 'AccessDenied';
  readonly type = 'holdpoint.AccessDenied';
  readonly namespace: string;
  readonly #address: string;
  readonly #details: string;

  /**
   * @param details the server's words
   * @param options.sent what holds all the same: a sentence
   */
  constructor(namespace: string, address: string, details: string, options?: ErrorOptions & { sent?: string }) {
    const sent = options?.sent === undefined ? '' : ` ${options.sent}`;
    super(
      `the Temporal server at ${address} refuses: ${details.replace(/\.$/, '') || 'access denied'}; check the API key or the certificate (temporal.config.ts, TEMPORAL_API_KEY, the profile), and what it may do in namespace '${namespace}'.${sent}`,
      options,
    );
    this.namespace = namespace;
    this.#address = address;
    this.#details = details;
  }

  /** The same of a request that came after others. @param sent what holds all the same: a sentence */
  after(sent: string): AccessDenied {
    return new AccessDenied(this.namespace, this.#address, this.#details, { cause: this.cause, sent });
  }
}

/** No answer from the Temporal server. */
export class ServerUnavailable extends HoldpointError {
  override readonly name = 'ServerUnavailable';
  readonly type = 'holdpoint.ServerUnavailable';
  readonly address: string;
  /** The run that may have been started, or may have the answer, all the same; left out where nothing was to change. */
  readonly runId: string | undefined;
  /** Something is there, and did not answer in time or had too much to do. */
  readonly isLate: boolean;

  constructor(
    address: string,
    options?: ErrorOptions & {
      source?: string;
      isLate?: boolean;
      doubt?: { readonly runId: string; readonly sentence: string };
    },
  ) {
    const { source, isLate = false, doubt } = options ?? {};
    const from = source === undefined ? '' : ` (from ${source})`;
    const problem = isLate
      ? `the Temporal server at ${address}${from} does not answer in time: it has too much to do, limits the requests of this namespace, or is out of reach; try again later, or correct`
      : `no Temporal server answers at ${address}${from}; start one with \`npx holdpoint dev\`, or correct`;
    super(
      `${problem} the address in temporal.config.ts or TEMPORAL_ADDRESS.${doubt ? ` ${doubt.sentence}` : ''}`,
      options,
    );
    this.address = address;
    this.runId = doubt?.runId;
    this.isLate = isLate;
  }
}

/** The namespace does not have holdpoint's search attributes, which this question needs. */
export class SearchAttributesMissing extends HoldpointError {
  override readonly name = 'SearchAttributesMissing';
  readonly type = 'holdpoint.SearchAttributesMissing';

  constructor(namespace: string, options?: ErrorOptions) {
    super(
      `namespace '${namespace}' does not have holdpoint's search attributes; register them and restart the workers: ${howToRegister(namespace)}`,
      options,
    );
  }
}

function others(context: RefusalContext | undefined): string {
  const rest = context?.refusals.slice(1) ?? [];
  return rest.length === 0
    ? ''
    : ` Refused too: ${rest.map((each) => `'${each.requirement}' (${each.reason})`).join(', ')}.`;
}
