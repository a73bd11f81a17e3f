/** Whether Temporal's SDK, as it is installed here, is one that holdpoint works with: npm sees to it, pnpm and Yarn only warn. */
import { createRequire } from 'node:module';
import { ConfigError } from '../client/config.ts';

/** As the package's peers. */
export const SDK_PACKAGES = ['activity', 'client', 'common', 'worker', 'workflow'].map((name) => `@temporalio/${name}`);
export const SDK_NEEDED = '^1.24.0';

/**
 * An older one may start, and then its runs refuse every answer: what signals hold is not handed to them as holdpoint asks.
 * @throws {ConfigError}
 */
export function checkSdk(versionOf: (name: string) => string = installed): void {
  const [neededMajor, neededMinor] = numbersOf(SDK_NEEDED);
  const others = SDK_PACKAGES.filter((name) => {
    const [major, minor] = numbersOf(versionOf(name));
    return major !== neededMajor || minor! < neededMinor!;
  });
  if (others.length === 0) return;
  const found = others.map((name) => `${name} ${versionOf(name)}`).join(', ');
  const wanted = others.map((name) => `${name}@${SDK_NEEDED}`).join(' ');
  throw new ConfigError(`holdpoint needs Temporal's SDK ${SDK_NEEDED}, and here is ${found}: npm install ${wanted}`);
}

function installed(name: string): string {
  return (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
}

function numbersOf(version: string): number[] {
  return version.match(/\d+/g)!.map(Number);
}
