import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Another process works on this folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

export interface FolderLock {
  release(): void;
}

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Start time of the process in clock ticks (Linux), so that a reused pid is not taken for the holder. */
  readonly startedAt: string | null;
}

const LOCK_FILE = 'scriptorium.lock';
const HEARTBEAT_MS = 5_000;
/** A holder on another host (or in another container) that has not touched the lock for so long is gone. */
const STALE_MS = 20_000;

/**
 * Takes `<folder>/scriptorium.lock`, or throws `FolderInUseError`. A lock whose process is gone (killed, crashed) is taken
 * over at once when it ran on this host; otherwise when its heartbeat has stopped.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, LOCK_FILE);
  const mine: Holder = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    startedAt: processStart(process.pid),
  };
  if (!(await createExclusively(path, mine))) await takeOver(path, mine, folder);
  const heartbeat = setInterval(
    () => void utimes(path, new Date(), new Date()).catch(() => undefined),
    HEARTBEAT_MS,
  );
  heartbeat.unref();
  return {
    release: () => {
      clearInterval(heartbeat);
      if (readHolderSync(path)?.token === mine.token) rmSync(path, { force: true });
    },
  };
}

/** Who works on a folder now. */
export interface FolderHolder {
  readonly pid: number;
  readonly host: string;
}

/** The process that holds the folder; undefined where nobody does or the last one was killed. May wait for a heartbeat. */
export async function folderHolder(folder: string): Promise<FolderHolder | undefined> {
  const path = join(folder, LOCK_FILE);
  const holder = await readHolder(path);
  return holder && !(await isAbandoned(path)) ? { pid: holder.pid, host: holder.host } : undefined;
}

async function createExclusively(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(JSON.stringify(holder));
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function takeOver(path: string, mine: Holder, folder: string): Promise<void> {
  if (!(await isAbandoned(path))) {
    const holder = readHolderSync(path);
    throw new FolderInUseError(
      `${folder} is in use by another Scriptorium process${holder ? ` (pid ${holder.pid} on ${holder.host})` : ''}. ` +
        'Stop that one first, choose another DATA_DIR, or set DATABASE_URL to share one PostgreSQL.',
    );
  }
  const claim = `${path}.${mine.token}`;
  await writeFile(claim, JSON.stringify(mine), { mode: 0o600 });
  await rename(claim, path);
  // Two processes may have found the same dead holder; the one whose claim came last keeps the folder.
  await delay(100);
  if (readHolderSync(path)?.token !== mine.token) {
    await rm(claim, { force: true });
    throw new FolderInUseError(
      `${folder} was taken by another Scriptorium process that started at the same moment.`,
    );
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  const here = holder?.host === hostname();
  if (holder && here) return processStart(holder.pid) !== holder.startedAt || !isAlive(holder.pid);
  const before = await modifiedAt(path);
  if (Date.now() - before > STALE_MS) return true;
  // Another host, or a half-written file: wait for one heartbeat before believing that it lives.
  await delay(HEARTBEAT_MS + 1_000);
  return Date.now() - (await modifiedAt(path)) > STALE_MS;
}

async function modifiedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  return parseHolder(await readFile(path, 'utf8').catch(() => ''));
}

function readHolderSync(path: string): Holder | undefined {
  try {
    return parseHolder(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function parseHolder(raw: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value !== 'object' || value === null) return undefined;
    const { token, pid, host, startedAt } = value as Partial<Holder>;
    if (typeof token !== 'string' || typeof pid !== 'number' || typeof host !== 'string') return undefined;
    return { token, pid, host, startedAt: typeof startedAt === 'string' ? startedAt : null };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)); null where there is no such file. */
function processStart(pid: number): string | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
