import { readdirSync, readFileSync } from 'node:fs';

/** Watches the resident memory of everything that a process starts, by `/proc`: Linux only. */
export class ChildMemory {
  /** Bytes; the most that any one descendant held. */
  peak = 0;
  readonly #root: number;
  readonly #timer: NodeJS.Timeout;

  constructor(root: number) {
    this.#root = root;
    this.#timer = setInterval(() => this.#sample(), 20);
    this.#timer.unref();
  }

  stop(): number {
    clearInterval(this.#timer);
    return this.peak;
  }

  #sample(): void {
    for (const pid of descendants(this.#root)) this.peak = Math.max(this.peak, residentBytes(pid));
  }
}

export const canWatchMemory = process.platform === 'linux';

/** The processes below `root`, without itself. */
export function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const below = children.get(pid) ?? [];
    found.push(...below);
    open.push(...below);
  }
  return found;
}

function parentOf(name: string): number | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  const stat = readOrNothing(`/proc/${name}/stat`);
  // The command's name stands in parentheses and may itself hold any character.
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return Number.isInteger(parent) && parent > 0 ? parent : undefined;
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readOrNothing(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** A process may end between the listing and the reading. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
