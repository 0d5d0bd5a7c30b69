import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly os: string;
  readonly node: string;
  /** Average number of running processes over the last minute. */
  readonly load: number;
  /** Time of a fixed loop on one core, the best of five: how fast this machine is right now. */
  readonly spinMs: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.versions.node,
    load: loadavg()[0] ?? Number.NaN,
    spinMs: Math.min(...Array.from({ length: 5 }, spin)),
  };
}

function spin(): number {
  const from = performance.now();
  let x = 0;
  for (let i = 0; i < 10_000_000; i++) x = (x + i * i) & 0xffff;
  if (x < 0) throw new Error('the loop must not be optimised away');
  return performance.now() - from;
}

/** Resident memory of a process and all its descendants, bytes, from Linux's /proc. `own` is the root process alone. */
export function residentMemory(pid: number): { readonly own: number; readonly tree: number } {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry)) parents.set(Number(entry), parentOf(entry));
  }
  const isDescendant = (candidate: number): boolean => {
    for (let at: number | undefined = candidate; at; at = parents.get(at)) if (at === pid) return true;
    return false;
  };
  const tree = [...parents.keys()].filter(isDescendant).reduce((sum, each) => sum + rss(each), 0);
  return { own: rss(pid), tree };
}

function parentOf(pid: string): number {
  const stat = readProc(`${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function rss(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(`${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Empty for a process that has ended meanwhile. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
