import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Opens the operators' endpoints of a server under test. */
export const OPERATOR_SECRET = 'only for the servers of these tests, and long enough';

export interface RunningServer {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** The one-time link that the first start prints. */
  readonly signInLink: string;
  readonly stop: () => Promise<void>;
}

/**
 * Builds the console when its sources changed, then starts the product on an empty folder and a free port. `settings`: of the
 * environment, beside those of every test.
 */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  await promisify(execFile)(process.execPath, ['scripts/bootstrap.mjs', '--console'], { cwd: ROOT });
  const folder = await mkdtemp(join(tmpdir(), 'scriptorium-console-'));
  const child = spawn(process.execPath, ['server/main.ts', 'serve'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      DATA_DIR: folder,
      PORT: '0',
      RATE_LIMIT: 'off',
      ADMIN_SECRET_KEY: OPERATOR_SECRET,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const { url, signInLink } = await announcements(child);
    return { url, signInLink, stop: () => stop(child, folder) };
  } catch (error) {
    await stop(child, folder);
    throw error;
  }
}

/** Reads what the server prints until it serves. */
function announcements(child: ChildProcess): Promise<{ url: string; signInLink: string }> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    let url: string | undefined;
    let token: string | undefined;
    const read = (line: string) => {
      said.push(line);
      url ??= /^\s*ready (http:\S+)/.exec(line)?.[1];
      token ??= /\/sign-in#token=(\S+)/.exec(line)?.[1];
      if (url !== undefined && token !== undefined)
        resolve({ url, signInLink: `${url}/sign-in#token=${token}` });
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', read);
    }
    child.once('exit', (code) =>
      reject(new Error(`the server ended with ${code}:\n${said.slice(-20).join('\n')}`)),
    );
  });
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  await rm(folder, { recursive: true, force: true });
}
