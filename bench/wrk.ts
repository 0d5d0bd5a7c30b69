import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url));
/** Microseconds. */
const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6 };

export interface Load {
  readonly origin: string;
  /** Requested one after the other, from a random one on. */
  readonly paths: readonly string[];
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Whether wrk (the closed-loop HTTP load generator; Debian's package `wrk`) is there. */
export function hasWrk(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v wrk'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs one closed-loop load with one thread. Throws when an answer was not a 2xx or a connection failed. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wrk-'));
  const paths = join(folder, 'paths');
  writeFileSync(paths, `${load.paths.join('\n')}\n`);
  try {
    const { stdout } = await promisify(execFile)(
      'wrk',
      [
        '-t1',
        `-c${load.connections}`,
        `-d${load.seconds}s`,
        '--timeout',
        '10s',
        '--latency',
        '-s',
        SCRIPT,
        load.origin,
      ],
      { env: { PATH: process.env.PATH, BENCH_PATHS: paths, BENCH_TOKEN: load.token } },
    );
    return parseWrk(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads what wrk prints. Throws when it reports errors or no figures. */
export function parseWrk(output: string): LoadResult {
  const problem = /^\s*(Non-2xx or 3xx responses|Socket errors): .*$/m.exec(output);
  if (problem) throw new Error(`not a fair run: ${problem[0].trim()}`);
  const percentile = (p: number) => {
    const match = new RegExp(`^\\s*${p}%\\s+([\\d.]+)(us|ms|s|m)`, 'm').exec(output);
    return (Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN)) / 1000;
  };
  const requestsPerSecond = Number(/^Requests\/sec:\s+([\d.]+)/m.exec(output)?.[1]);
  if (!(requestsPerSecond > 0)) throw new Error(`wrk gave no figures:\n${output}`);
  return { requestsPerSecond, p50Ms: percentile(50), p99Ms: percentile(99) };
}
