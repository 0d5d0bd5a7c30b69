import { constants, existsSync } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkReading } from '../modules/library/index.ts';
import { RedisCache } from '../platform/cache/index.ts';
import { addressOf, type Config } from '../platform/config/index.ts';
import { type FolderHolder, folderHolder } from '../platform/db/index.ts';
import { LocalStorage } from '../platform/storage/index.ts';
import { type Finding, fail, failed, ok, reasonOf, skip, warn } from './doctor.findings.ts';

const CONSOLE = fileURLToPath(new URL('../../web/dist/index.html', import.meta.url));
const GIGABYTE = 1e9;
/** Below this the next upload may be the last; below a tenth of it not even the database can work. */
const LITTLE_SPACE = 2 * GIGABYTE;
const REDIS_TIMEOUT_MS = 5000;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major >= 24) return ok('node', version);
  if (major > 22 || (major === 22 && minor >= 18))
    return warn(
      'node',
      `${version} works; tested is 24`,
      'Start by `npm start` or `scriptorium`, which bring Node 24.',
    );
  return fail(
    'node',
    `${version} cannot run TypeScript`,
    'Start by `npm start` or `scriptorium`, which bring Node 24, or install Node 24.',
  );
}

/** Whether DATA_DIR is there, ours to write, and who works on it. */
export async function checkFolder(
  { dataDir, database }: Config,
  holder: FolderHolder | undefined,
): Promise<Finding> {
  const place = nearestExisting(dataDir);
  try {
    await access(place, constants.W_OK | constants.X_OK);
    if (!(await stat(place)).isDirectory()) throw new Error(`${place} is no folder`);
  } catch (error) {
    return failed(
      'data folder',
      error,
      `Give the user that runs Scriptorium the right to write in ${place}, or set DATA_DIR to another folder.`,
    );
  }
  if (place !== dataDir) return ok('data folder', `${dataDir} will be made at the first start`);
  if (holder) return ok('data folder', `${dataDir}, in use by process ${holder.pid} on ${holder.host}`);
  return ok('data folder', `${dataDir}${database.url === undefined ? ', free' : ''}`);
}

export function holderOf({ dataDir, database }: Config): Promise<FolderHolder | undefined> {
  return database.url === undefined ? folderHolder(dataDir) : Promise.resolve(undefined);
}

export async function checkSpace({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestExisting(dataDir));
  const free = bavail * bsize;
  const message = `${(free / GIGABYTE).toFixed(1)} GB free`;
  const mend = `Make room on the disk of ${dataDir}, or move DATA_DIR.`;
  if (free < LITTLE_SPACE / 10) return fail('disk space', message, mend);
  return free < LITTLE_SPACE ? warn('disk space', message, mend) : ok('disk space', message);
}

export async function checkStorage({ storage, dataDir }: Config): Promise<Finding> {
  if (!existsSync(storage.folder) && !existsSync(dataDir))
    return skip('storage', 'will be made at the first start');
  try {
    await new LocalStorage(storage.folder).check();
    return ok('storage', `${storage.folder} takes, gives back and removes a file`);
  } catch (error) {
    return failed(
      'storage',
      error,
      `Check the rights and the disk of ${storage.folder}, or set STORAGE_URL.`,
    );
  }
}

export async function checkRedis({ redisUrl }: Config): Promise<Finding> {
  if (redisUrl === undefined) return ok('cache', 'in process (REDIS_URL is not set)');
  const mend =
    'Start Redis or Valkey at REDIS_URL and check user and password in it, or leave REDIS_URL away.';
  let reason = 'no answer';
  const cache = new RedisCache(redisUrl, (error) => {
    reason = reasonOf(error);
  });
  const late = new Promise<Finding>((resolve) => {
    setTimeout(() => resolve(fail('cache', reason, mend)), REDIS_TIMEOUT_MS).unref();
  });
  const answer = cache
    .increment('doctor', 1)
    .then(() => ok('cache', 'Redis answers'))
    .catch((error: unknown) => fail('cache', reason === 'no answer' ? reasonOf(error) : reason, mend));
  return Promise.race([answer, late]).finally(() => cache.close());
}

export function checkConsole(): Finding {
  if (existsSync(CONSOLE)) return ok('console', 'built');
  return warn(
    'console',
    'not built: the API works, its web pages do not',
    'Run: npm start, or: node scripts/bootstrap.mjs --console',
  );
}

export async function checkParser({ library }: Config): Promise<Finding> {
  try {
    await checkReading(library);
    return ok('parser', 'a worker reads a file');
  } catch (error) {
    return failed(
      'parser',
      error,
      'Check that this user may start processes, and raise PARSE_MEMORY_MB where it is low.',
    );
  }
}

/** Whether HOST and PORT are free, or taken by the server that holds the data folder. */
export async function checkAddress(config: Config, holder: FolderHolder | undefined): Promise<Finding> {
  const { host, port } = config.http;
  const address = addressOf(config);
  try {
    const response = await fetch(`http://${reachable(host)}:${port}/health/ready`, {
      signal: AbortSignal.timeout(5000),
    });
    if (response.ok) return ok('address', `a server is ready at ${address}`);
    if (response.status === 503)
      return fail(
        'address',
        `the server at ${address} is not ready: ${(await response.text()).slice(0, 500)}`,
        'Look at its log.',
      );
    return warn('address', `something else answers at ${address}`, 'Set PORT to a free port.');
  } catch {
    if (holder)
      return warn(
        'address',
        `process ${holder.pid} holds the data folder, and nothing answers at ${address}`,
        'Was it started with another PORT? Wait until it is ready, or look at its log.',
      );
  }
  const problem = await listenOnce(host, port);
  return problem === undefined
    ? ok('address', `${address} is free`)
    : fail('address', problem, 'Set HOST to an address of this machine and PORT to a free port.');
}

function listenOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.message));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}
