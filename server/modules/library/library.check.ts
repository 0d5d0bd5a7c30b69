import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../platform/config/index.ts';
import { createParser } from './parsing/index.ts';

const TEXT = 'One sentence for the parser to read.';

/** Reads a small file in a worker as every upload is read, for `doctor`. Throws with the reason when that fails. */
export async function checkReading(settings: Config['library']): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scriptorium-check-'));
  const parser = createParser({
    timeoutMs: settings.parseTimeoutSeconds * 1000,
    maxMemoryMb: settings.parseMemoryMb,
    workers: 1,
  });
  try {
    const path = join(folder, 'text.txt');
    await writeFile(path, TEXT);
    const result = await parser.parse(path, { mediaType: 'text/plain' }, new AbortController().signal);
    if (!result.ok) throw new Error(result.error.message);
  } finally {
    await parser.close();
    await rm(folder, { recursive: true, force: true });
  }
}
