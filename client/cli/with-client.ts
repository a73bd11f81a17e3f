/** A client for the time of one command: connected, told what it waits for, closed again, and left alone at Ctrl-C. */
import type { HoldpointClient } from '../client.ts';
import { connect } from '../connect.ts';
import { EXIT } from './exit.ts';
import { aside } from './output.ts';
import { Waiting } from './waiting.ts';

/** Options of every command that talks to a server. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export interface Context {
  readonly client: HoldpointClient;
  readonly waiting: Waiting;
}

/** @returns the exit code that the work gave */
export async function withClient(
  { config }: CommonOptions,
  work: (context: Context) => Promise<number | void>,
): Promise<void> {
  const waiting = new Waiting();
  const client = await connect({ path: config, onWaiting: waiting.because });
  const interrupted = () => {
    const { left } = waiting;
    waiting.stop();
    aside(`Stopped waiting; ${left}`);
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', interrupted);
  try {
    process.exitCode = (await work({ client, waiting })) ?? EXIT.done;
  } finally {
    process.off('SIGINT', interrupted);
    waiting.stop();
    await client.close();
  }
}
