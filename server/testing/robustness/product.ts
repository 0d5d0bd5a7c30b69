import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
/** Generous: a start takes two seconds on a quiet machine, and tests rarely run on one. */
const START_LIMIT_MS = 120_000;

export interface ProductOptions {
  /** The folder of the embedded database and the files. */
  readonly dataDir: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end of the process. */
  readonly ms: number;
}

/** The product as a process of its own, started as `npm start` starts it, with an environment of nothing else. */
export class Product {
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  #output = '';
  #baseUrl: string | undefined;

  private constructor(options: ProductOptions) {
    this.dataDir = options.dataDir;
    this.#child = spawn(process.execPath, [MAIN, 'serve'], {
      env: {
        PATH: process.env.PATH,
        DATA_DIR: options.dataDir,
        PORT: '0',
        SAMPLES: 'false',
        RATE_LIMIT: 'off',
        // One sign-in has to last for the longest run.
        ACCESS_TOKEN_MINUTES: '1440',
        LOG_LEVEL: 'warn',
        ...options.environment,
      },
      // Not the checkout, whose .env belongs to a developer.
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    const began = performance.now();
    this.#exited = once(this.#child, 'exit').then(([code, signal]: unknown[]) => ({
      code: typeof code === 'number' ? code : null,
      signal: isSignal(signal) ? signal : null,
      ms: performance.now() - began,
    }));
  }

  /** Resolves when it serves. @throws Error with everything it printed when it ends or stays silent instead. */
  static async start(options: ProductOptions): Promise<Product> {
    const product = new Product(options);
    const ready = product.#whenReady();
    const outcome = await Promise.race([
      ready,
      product.#exited,
      delay(START_LIMIT_MS, 'silent' as const, { ref: false }),
    ]);
    if (outcome === 'ready') return product;
    await product.kill('SIGKILL');
    const end = outcome === 'silent' ? 'was silent' : `ended with ${outcome.code ?? outcome.signal}`;
    throw new Error(`The product did not start: it ${end}.\n${product.output}`);
  }

  /** Runs it where it is expected to refuse. Resolves when it has ended by itself. */
  static async refuse(options: ProductOptions): Promise<{ readonly exit: Exit; readonly output: string }> {
    const product = new Product(options);
    const exit = await Promise.race([product.#exited, delay(START_LIMIT_MS, undefined, { ref: false })]);
    if (exit !== undefined) return { exit, output: product.output };
    await product.kill('SIGKILL');
    throw new Error(`The product went on running.\n${product.output}`);
  }

  get baseUrl(): string {
    if (this.#baseUrl === undefined) throw new Error('The product does not serve yet.');
    return this.#baseUrl;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The product has no process.');
    return this.#child.pid;
  }

  /** Everything it printed so far. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async kill(signal: NodeJS.Signals): Promise<Exit> {
    const began = performance.now();
    this.#child.kill(signal);
    const exit = await this.#exited;
    return { ...exit, ms: performance.now() - began };
  }

  /** Asks it to end. @throws Error where it still runs after `limitMs`; it is killed then. */
  async terminate(limitMs: number): Promise<Exit> {
    const exit = await Promise.race([this.kill('SIGTERM'), delay(limitMs, undefined, { ref: false })]);
    if (exit !== undefined) return exit;
    await this.kill('SIGKILL');
    throw new Error(`The product still ran ${limitMs} ms after SIGTERM.`);
  }

  async #whenReady(): Promise<'ready'> {
    for (;;) {
      const found = /^ready (http:\/\/\S+)/m.exec(this.#output)?.[1];
      if (found !== undefined) {
        this.#baseUrl = found;
        return 'ready';
      }
      await delay(20, undefined, { ref: false });
    }
  }
}

function isSignal(value: unknown): value is NodeJS.Signals {
  return typeof value === 'string';
}

/** A folder under the system's temporary one, removed on `remove`. */
export async function scratchFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'scriptorium-robustness-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
