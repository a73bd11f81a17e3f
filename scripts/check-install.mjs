/**
 * What `npm install holdpoint` gives a new project: one protobufjs for all packages of Temporal's SDK, without which it can
 * store no payload externally. Resolves the packed package in an empty folder, and downloads nothing.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-install-'));
const npm = (cwd, ...args) => execFileSync('npm', args, { cwd, encoding: 'utf8' });
try {
  const file = npm('.', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder).trim().split('\n').at(-1);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  try {
    npm(folder, 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', `./${file}`);
  } catch (error) {
    if (!/ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN/.test(String(error.stderr))) throw error;
    console.error('npm does not reach its registry: what a fresh install gives was not checked.');
  }
  const lock = join(folder, 'package-lock.json');
  const { packages } = existsSync(lock) ? JSON.parse(readFileSync(lock, 'utf8')) : {};
  if (packages) {
    const copies = Object.keys(packages).filter((path) => /@temporalio\/.*\/protobufjs$/.test(path));
    const version = packages['node_modules/protobufjs']?.version;
    if (copies.length > 0 || !version?.startsWith('8.')) {
      console.error(`protobufjs at the top is ${version}, and these have their own: ${copies.join(', ')}`);
      process.exitCode = 1;
    } else console.log(`A fresh install has one protobufjs for Temporal's SDK, ${version}.`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
