import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FolderInUseError, folderHolder, lockFolder } from './folder-lock.ts';
import { inspectDatabase, migrateDatabase, pendingMigrations } from './maintenance.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'scriptorium-maintenance-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const config = () => ({
  dataDir,
  database: { url: undefined, migrationUrl: undefined, poolSize: 2, poolTimeoutSeconds: 5 },
});

describe('maintenance of the embedded database', () => {
  test('looking at a folder without one makes none', async () => {
    expect(await inspectDatabase(config())).toBeNull();
    expect((await pendingMigrations(config())).at(0)).toBe('0001_identity');
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('migrates once, says what, and leaves the folder free', async () => {
    const wanted = await pendingMigrations(config());
    const installed: string[] = [];
    const applied = await migrateDatabase(config(), [async (_owner, kind) => void installed.push(kind)]);
    expect(applied).toEqual(wanted);
    expect(installed).toEqual(['embedded']);
    expect(await migrateDatabase(config(), [])).toEqual([]);
    expect(await inspectDatabase(config())).toMatchObject({
      kind: 'embedded',
      missing: [],
      unknown: [],
      queue: false,
      vector: { installed: expect.stringMatching(/^\d/) },
    });
    expect(await folderHolder(dataDir)).toBeUndefined();
  });

  test('refuses while another process holds the folder, and says which', async () => {
    const lock = await lockFolder(dataDir);
    expect(await folderHolder(dataDir)).toMatchObject({ pid: process.pid });
    await expect(migrateDatabase(config(), [])).rejects.toThrow(FolderInUseError);
    lock.release();
    expect(await folderHolder(dataDir)).toBeUndefined();
  });
});
