import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalStorage } from './local.ts';
import { storageContract } from './storage.contract.ts';

storageContract('local folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scriptorium-storage-'));
  return { storage: new LocalStorage(folder), close: () => rm(folder, { recursive: true }) };
});
