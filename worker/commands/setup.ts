/** `holdpoint setup`: fetches the Temporal binaries, so that nothing else has to. */
import { BINARIES, type BinaryName, resolveBinary } from '../binaries.ts';
import { terminal } from '../terminal.ts';

export async function setup(): Promise<void> {
  for (const name of Object.keys(BINARIES) as BinaryName[]) {
    const path = await resolveBinary(name, { onProgress: terminal.say });
    terminal.done(`${BINARIES[name].title}: ${path}`);
  }
}
