import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { checkSdk, SDK_NEEDED, SDK_PACKAGES } from '../../../worker/check-sdk.ts';

it('needs what the package names as its peers', () => {
  const { peerDependencies, peerDependenciesMeta } = createRequire(import.meta.url)('../../../package.json');
  const peers = Object.entries(peerDependencies).filter(([name]) => name.startsWith('@temporalio/'));
  const required = peers.filter(([name]) => !(name in peerDependenciesMeta));
  expect(required).toEqual(SDK_PACKAGES.map((name) => [name, SDK_NEEDED]));
});

it.each(['1.24.0', '1.30.2', '1.25.0-rc.1'])("takes Temporal's SDK %s", (version) => {
  expect(() => checkSdk(() => version)).not.toThrow();
});

it.each(['1.22.0', '1.9.0', '2.0.0'])("refuses Temporal's SDK %s, and says what to install", (version) => {
  expect(() => checkSdk((name) => (name === '@temporalio/workflow' ? version : '1.24.0'))).toThrow(
    `holdpoint needs Temporal's SDK ^1.24.0, and here is @temporalio/workflow ${version}: npm install @temporalio/workflow@^1.24.0`,
  );
});

it('takes what is installed here', () => {
  expect(() => checkSdk()).not.toThrow();
});
