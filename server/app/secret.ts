import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../platform/config/index.ts';

/**
 * The secret that keys are derived from: the setting, or, outside production (where the setting is required), one that is
 * made once and kept in the data folder, readable by its owner only.
 */
export async function resolveSecret(config: Config): Promise<string> {
  if (config.identity.secretKey) return config.identity.secretKey;
  const path = pathOf(config);
  await mkdir(config.dataDir, { recursive: true });
  try {
    await writeFile(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret.length < 32)
    throw new Error(`${path} is damaged: it must hold at least 32 characters. Remove it to make a new one.`);
  return secret;
}

/** The same secret where there is one already; nothing is made. */
export async function knownSecret(config: Config): Promise<string | undefined> {
  if (config.identity.secretKey) return config.identity.secretKey;
  return existsSync(pathOf(config)) ? (await readFile(pathOf(config), 'utf8')).trim() : undefined;
}

function pathOf({ dataDir }: Config): string {
  return join(dataDir, 'secret.key');
}
