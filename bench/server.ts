import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const READY = /ready (http:\/\/\S+)/;
const READY_WITHIN_MS = 120_000;

export interface RunningServer {
  /** `http://host:port` */
  readonly origin: string;
  readonly pid: number;
  /** From the spawn to the ready line. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** Starts a command that prints `ready http://HOST:PORT`, on loopback, with nothing of our environment but PATH and HOME. */
export async function startProcess(
  command: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const from = performance.now();
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Nothing that we started outlives us, however we end.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const { origin, readyMs } = await readyOf(child, from);
  return { origin, readyMs, pid: child.pid ?? 0, stop: () => stop(child) };
}

/** One process of the product, as an operator would start it for load tests. */
export function startProduct(settings: Readonly<Record<string, string>>): Promise<RunningServer> {
  return startProcess(process.execPath, ['server/main.ts', 'serve'], {
    PORT: '0',
    LOG_LEVEL: 'warn',
    RATE_LIMIT: 'off',
    SAMPLES: 'false',
    // Longer than any part, so that no sign-in ends in the middle of a measurement.
    ACCESS_TOKEN_MINUTES: '1440',
    ...settings,
  });
}

function readyOf(child: ChildProcess, from: number): Promise<{ origin: string; readyMs: number }> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (reason: string) => reject(new Error(`the server ${reason}:\n${said.slice(-2000)}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('was not ready in time');
    }, READY_WITHIN_MS);
    const listen = (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString();
      const origin = READY.exec(said)?.[1];
      if (!origin) return;
      clearTimeout(timer);
      resolve({ origin, readyMs: performance.now() - from });
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', (error) => fail(`did not start (${error.message})`));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended before it was ready (${code ?? signal})`);
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), 40_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
