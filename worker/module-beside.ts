/** Starting a module of this folder as a process: compiled as it is, from source through tsx. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `fork` needs. */
export function moduleBeside(self: string, name: string): { file: string; execArgv: string[] } {
  const extension = extname(fileURLToPath(self));
  const execArgv = extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : [];
  return { file: fileURLToPath(new URL(`./${name}${extension}`, self)), execArgv };
}
