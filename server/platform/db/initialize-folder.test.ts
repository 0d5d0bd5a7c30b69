import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEmbedded } from './embedded.ts';
import { initializeFolder } from './initialize-folder.ts';

test('what a killed first start left behind is thrown away, a finished database is kept', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'scriptorium-initialize-'));
  const folder = join(parent, 'database');
  await mkdir(`${folder}.unfinished`);
  await writeFile(join(`${folder}.unfinished`, 'PG_VERSION'), 'half of it');

  await initializeFolder(folder);
  expect(existsSync(`${folder}.unfinished`)).toBe(false);
  const made = await stat(join(folder, 'PG_VERSION'));
  await initializeFolder(folder);
  expect((await stat(join(folder, 'PG_VERSION'))).mtimeMs).toBe(made.mtimeMs);

  const database = await openEmbedded({ folder });
  expect((await database.raw.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await database.close();
  await rm(parent, { recursive: true });
});
