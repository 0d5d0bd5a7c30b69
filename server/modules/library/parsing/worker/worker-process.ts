import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseFailure } from '../failures.ts';
import type { CausedFailure } from '../formats/index.ts';
import type { ParseFailure } from '../port.ts';
import {
  type Frame,
  FrameReader,
  failureOf,
  frameHead,
  MEMORY_EXIT_CODE,
  type WorkerRequest,
} from './protocol.ts';

/** How often the parent looks at the worker's memory, in milliseconds: fast enough for an inflating bomb. */
const WATCH_MS = 20;
/** Share of the cap at which the worker is stopped, as it grows on between two looks. */
const KILL_SHARE = 0.92;
/** V8's heap may have this share of the cap; the rest is for buffers and the program. */
const HEAP_SHARE = 0.6;
/** The largest answer taken from a worker, in bytes. */
const MAX_REPLY_BYTES = 512 * 1024 * 1024;
/** Milliseconds of work after which a worker is replaced. */
const WORN_MS = 120_000;
/** Bytes of stderr kept to tell how a worker ended. */
const MAX_STDERR = 8_192;

export interface WorkerLimits {
  readonly timeoutMs: number;
  /** MiB of resident memory. */
  readonly maxMemoryMb: number;
}

export type WorkerOutcome =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly failure: CausedFailure };

export interface WorkerJob {
  readonly request: WorkerRequest;
  readonly bodyBytes: number;
  readonly body: () => AsyncIterable<Buffer> | Iterable<Buffer>;
}

/**
 * What a worker may read: our parsers, the kernel and the libraries; never a person's file, which comes through a pipe.
 * Each by its path and by its real path: the module loader looks at both, and `node_modules` may be a symbolic link.
 */
function readableFolders(): string[] {
  const parsing = fileURLToPath(new URL('..', import.meta.url));
  const kernel = fileURLToPath(new URL('../../../../kernel', import.meta.url));
  const places = createRequire(import.meta.url).resolve.paths('htmlparser2') ?? [];
  const modules = places.find((place) => existsSync(resolve(place, 'htmlparser2')));
  if (modules === undefined) throw new Error('the libraries of the parsers are not installed');
  const manifest = resolve(dirname(modules), 'package.json');
  const folders = [parsing, kernel, modules].map((folder) => resolve(folder));
  return [...new Set([...folders, ...folders.map((folder) => realpathSync(folder)), manifest])];
}

/** The command line of a locked-down process that runs `script`. */
export function workerArguments(script: string, limits: WorkerLimits): string[] {
  return [
    `--max-old-space-size=${Math.floor(limits.maxMemoryMb * HEAP_SHARE)}`,
    '--disallow-code-generation-from-strings',
    '--disable-sigusr1',
    '--permission',
    ...readableFolders().map((folder) => `--allow-fs-read=${folder}`),
    script,
    String(limits.maxMemoryMb * 1024 * 1024),
  ];
}

/**
 * Starts a worker. Where there is a shell it is given limits that hold even if this process is killed and nobody is left
 * to stop it: processor time, and no core dump with a person's document in it.
 */
function start(limits: WorkerLimits): ChildProcessByStdio<Writable, Readable, Readable> {
  const script = fileURLToPath(new URL('child.ts', import.meta.url));
  const command = [process.execPath, ...workerArguments(script, limits)];
  // Threads of V8 count too, so the limit lies well above the time that a worker is used for.
  const cpuSeconds = Math.ceil((WORN_MS + limits.timeoutMs) / 1_000) * 4;
  const limited = ['/bin/sh', '-c', `ulimit -c 0; ulimit -t ${cpuSeconds}; exec "$@"`, 'sh', ...command];
  const [file = process.execPath, ...parameters] = existsSync('/bin/sh') ? limited : command;
  return spawn(file, parameters, { env: {}, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
}

/** Resident memory of a process now and at its highest, in bytes; null where the system does not tell. */
export function residentMemory(pid: number): { readonly now: number; readonly peak: number } | null {
  if (process.platform !== 'linux') return null;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const read = (key: string): number =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
    return { now: read('VmRSS'), peak: read('VmHWM') };
  } catch {
    return null; // it has just ended
  }
}

/** One child process; does one job at a time and is thrown away after any job that did not end well. */
export class WorkerProcess {
  readonly #limits: WorkerLimits;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<void>;
  #stderr = '';
  #settle: ((outcome: WorkerOutcome) => void) | null = null;
  #dead = false;
  #peak = 0;
  #busyMs = 0;

  constructor(limits: WorkerLimits) {
    this.#limits = limits;
    this.#child = start(limits);
    const reader = new FrameReader(MAX_REPLY_BYTES, (frame) => this.#receive(frame));
    this.#child.stdout.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch {
        this.#fail('library.parser_crashed');
      }
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('latin1')).slice(-MAX_STDERR);
    });
    this.#child.stdin.on('error', () => {}); // the worker ended: its exit says why
    this.#exited = new Promise((done) => {
      this.#child.once('error', () => {
        this.#fail('library.parser_crashed');
        done();
      });
      this.#child.once('close', (code, signal) => {
        this.#onExit(code, signal);
        done();
      });
    });
    this.#hold(false);
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Whether it has worked long enough to be replaced by a fresh one. */
  get worn(): boolean {
    return this.#busyMs > WORN_MS;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The highest resident memory seen, in bytes. */
  get peakMemory(): number {
    return this.#peak;
  }

  /** Never rejects for what the file or the worker does; rejects with the signal's reason when aborted. */
  async run(job: WorkerJob, signal: AbortSignal): Promise<WorkerOutcome> {
    signal.throwIfAborted();
    const { promise, resolve: settle } = Promise.withResolvers<WorkerOutcome>();
    this.#settle = settle;
    this.#hold(true);
    const began = performance.now();
    const timer = setTimeout(() => this.#fail('library.parse_timeout'), this.#limits.timeoutMs);
    const watch = setInterval(() => this.#watchMemory(), WATCH_MS);
    const onAbort = (): void => this.#fail('library.parser_crashed');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.#child.stdin.write(frameHead(job.request, job.bodyBytes));
      this.#send(job.body(), signal).catch(() => this.#fail('library.parser_crashed'));
      const outcome = await promise;
      this.#watchMemory();
      signal.throwIfAborted();
      return outcome;
    } finally {
      this.#busyMs += performance.now() - began;
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener('abort', onAbort);
      this.#hold(false);
    }
  }

  async #send(body: AsyncIterable<Buffer> | Iterable<Buffer>, signal: AbortSignal): Promise<void> {
    for await (const chunk of body) {
      if (this.#dead) return;
      if (!this.#child.stdin.write(chunk)) await once(this.#child.stdin, 'drain', { signal });
    }
  }

  /** Ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#hold(true);
    this.#dead = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** A busy worker keeps this process alive, an idle one does not. */
  #hold(busy: boolean): void {
    for (const handle of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      const method: unknown = Reflect.get(handle, busy ? 'ref' : 'unref');
      if (typeof method === 'function') method.call(handle);
    }
  }

  #receive(frame: Frame): void {
    const failure = failureOf(frame.header);
    this.#finish(failure ? { ok: false, failure } : { ok: true, frame });
  }

  #finish(outcome: WorkerOutcome): void {
    this.#settle?.(outcome);
    this.#settle = null;
  }

  /** Stops the worker, and the job with this reason. */
  #fail(code: ParseFailure['code']): void {
    this.#dead = true;
    this.#child.kill('SIGKILL');
    this.#finish({ ok: false, failure: parseFailure(code) });
  }

  #watchMemory(): void {
    const memory = this.#child.pid === undefined ? null : residentMemory(this.#child.pid);
    if (!memory) return;
    this.#peak = Math.max(this.#peak, memory.peak);
    if (memory.now > this.#limits.maxMemoryMb * 1024 * 1024 * KILL_SHARE) this.#fail('library.parse_memory');
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#dead = true;
    // V8 aborts when its heap is full, after a line on stderr.
    const outOfMemory =
      code === MEMORY_EXIT_CODE || (signal === 'SIGABRT' && this.#stderr.includes('out of memory'));
    const failure = parseFailure(outOfMemory ? 'library.parse_memory' : 'library.parser_crashed');
    this.#finish({
      ok: false,
      failure: { ...failure, cause: `ended with ${signal ?? code}: ${this.#stderr}` },
    });
  }
}
