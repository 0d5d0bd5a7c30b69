import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./initialize.ts', import.meta.url));

/**
 * Makes an empty database in `folder` unless one is there. In another process, because `initdb` is a second WebAssembly
 * program whose memory (some 250 MB) this one would keep; and under another name until it is whole, because a killed
 * first start must not leave half a database.
 */
export async function initializeFolder(folder: string): Promise<void> {
  if (existsSync(join(folder, 'PG_VERSION'))) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  const child = spawn(process.execPath, [PROGRAM, unfinished], { stdio: ['ignore', 'ignore', 'pipe'] });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new Error(
      `The database could not be made in ${folder}: ${Buffer.concat(complaints).toString().slice(-2000)}`,
    );
  }
  await rename(unfinished, folder);
}
