import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../../', import.meta.url));

const PARSE = `
import { createParser } from './server/modules/library/parsing/index.ts';
const parser = createParser({ workers: 1 });
const file = process.argv[2];
const result = await parser.parse(file, { mediaType: 'text/html' }, new AbortController().signal);
await parser.close();
console.log(JSON.stringify(result.ok ? result.value.text : result.error));
`;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scriptorium-linked-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('parses where node_modules is a symbolic link, as a shared installation has it', async () => {
  const app = join(folder, 'app');
  for (const part of ['server/modules/library/parsing', 'server/kernel', 'package.json'])
    await cp(join(root, part), join(app, part), { recursive: true });
  await symlink(await realpath(join(root, 'node_modules')), join(app, 'node_modules'));
  await writeFile(join(app, 'parse.ts'), PARSE);
  await mkdir(join(folder, 'files'));
  const file = join(folder, 'files', 'a.html');
  await writeFile(file, '<p>The ferry leaves at dawn.</p>');
  const { stdout } = await run(process.execPath, [join(app, 'parse.ts'), file], { cwd: app });
  expect(JSON.parse(stdout)).toBe('The ferry leaves at dawn.');
});
