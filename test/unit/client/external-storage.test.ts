import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageDriverClaim } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkProtobuf } from '../../../client/check-protobuf.ts';
import { storedDataConverter } from '../../../client/external-storage.ts';
import { fileStorage } from '../../../client/file-storage.ts';

const payload = (text: string) => ({ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(text) });
let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'holdpoint-files-')), 'made when needed');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
const files = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());

describe('files', () => {
  it('give back what was stored; the same payload is one file, and nothing else is left', async () => {
    const driver = fileStorage(folder);
    const claims = await driver.store({}, [payload('"a"'), payload('"b"'), payload('"a"')]);
    expect(files()).toHaveLength(2);
    expect(files().every((name) => /^[0-9a-f]{2}[/\\][0-9a-f]{62}$/.test(name))).toBe(true);
    const read = await fileStorage(folder).retrieve({}, claims);
    expect(read.map(({ data }) => Buffer.from(data!).toString())).toEqual(['"a"', '"b"', '"a"']);
    expect(Buffer.from(read[0]!.metadata!.encoding!).toString()).toBe('json/plain');
  });

  it('that are gone, or were changed, are an error that names them', async () => {
    const driver = fileStorage(folder);
    const [claim] = await driver.store({}, [payload('"a"')]);
    const path = join(folder, files()[0]!);
    writeFileSync(path, 'b');
    await expect(driver.retrieve({}, [claim!])).rejects.toThrow(`the file ${path} was changed`);
    rmSync(path);
    await expect(driver.retrieve({}, [claim!])).rejects.toThrow(`there is no file ${path}`);
  });

  it.each(['../../etc/passwd', `..${'a'.repeat(62)}`, 'A'.repeat(64), ''])('are never others: %s', async (sha256) => {
    const claim = new StorageDriverClaim({ sha256 });
    await expect(fileStorage(folder).retrieve({}, [claim])).rejects.toThrow('names no file of this storage');
  });
});

describe('an external storage', () => {
  it('has a driver: the first stores, all retrieve', () => {
    const [first, second] = [fileStorage(folder, 'new'), fileStorage(folder)];
    const { externalStorage, payloadCodecs } = storedDataConverter({ drivers: [first, second] }, { payloadCodecs: [] });
    expect(externalStorage!.driverSelector({}, payload(''))?.name).toBe(first.name);
    expect(externalStorage!.getDriver('files')!.name).toBe(second.name);
    expect(externalStorage!.payloadSizeThreshold).toBe(262_144);
    expect(payloadCodecs).toEqual([]);
  });

  it.each([
    [{ drivers: [] }, 'externalStorage.drivers: expected at least one'],
    [{ folder: 'x', threshold: 2_000_000 }, 'externalStorage.threshold: expected bytes from 0 to 262144, got 2000000'],
  ])('is refused: %j', (options, problem) => {
    expect(() => storedDataConverter(options)).toThrow(problem);
  });
});

describe('protobufjs', () => {
  it('must be one for the packages of the SDK, as it is here', () => {
    expect(() => checkProtobuf()).not.toThrow();
    expect(() => checkProtobuf((sdkPackage) => `${sdkPackage}/node_modules/protobufjs`)).toThrow(
      /twice.*npm install protobufjs@\^8/,
    );
  });
});
