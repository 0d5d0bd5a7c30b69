import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tenant } from '../isolation/tenant.ts';
import { type Client, send } from '../world.ts';
import type { OpenApi } from './document.ts';
import type { FuzzTarget, Stage, StageName } from './target.ts';

/** From the parent to the product's process, and what comes back. */
export interface Wish {
  readonly id: number;
  readonly want: 'stage' | 'digest';
}
export type Told =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly why: string };

interface PortableTenant extends Pick<Tenant, 'name' | 'canary' | 'id' | 'things' | 'secrets'> {
  readonly people: Readonly<
    Record<'admin' | 'power' | 'regular' | 'guest', Pick<Client, 'email' | 'token' | 'organizationId'>>
  >;
}
interface PortableStage extends Pick<Stage, 'callers'> {
  readonly own: PortableTenant;
  readonly other: PortableTenant;
}

const PROCESS = fileURLToPath(new URL('./product-process.ts', import.meta.url));
const START_LIMIT_MS = 120_000;
const END_LIMIT_MS = 20_000;

/** Starts the whole product as a process of its own, on a new database. @throws Error with what it said instead. */
export async function startProduct(database: 'embedded' | 'postgres'): Promise<FuzzTarget> {
  const child = fork(PROCESS, [database], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  // Nothing that we started outlives us, however we end.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const product = new ProductProcess(child);
  const url = await product.ready();
  const stages: Record<StageName, Stage> = {
    lasting: await product.makeStage(url),
    doomed: await product.makeStage(url),
  };
  const { body } = await send(url, 'GET', '/openapi.json');
  return {
    url,
    document: body as OpenApi,
    get running() {
      return product.running;
    },
    stage: (name) => stages[name],
    renew: async (name) => {
      stages[name] = await product.makeStage(url);
    },
    digest: async () => new Map((await product.ask('digest')) as [string, string][]),
    logged: () => product.logged(),
    close: () => product.close(),
  };
}

class ProductProcess {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #ready = Promise.withResolvers<string>();
  #count = 0;
  #output = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    child.on('message', (told: Told) => this.#hear(told));
    child.once('exit', (code, signal) => {
      const error = new Error(`the product ended (${code ?? signal}):\n${this.#output.slice(-4_000)}`);
      this.#ready.reject(error);
      for (const { reject } of this.#open.values()) reject(error);
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  ready(): Promise<string> {
    const limit = setTimeout(
      () => this.#ready.reject(new Error(`the product did not start:\n${this.#output}`)),
      START_LIMIT_MS,
    );
    return this.#ready.promise.finally(() => clearTimeout(limit));
  }

  async makeStage(url: string): Promise<Stage> {
    const { own, other, callers } = (await this.ask('stage')) as PortableStage;
    return { own: alive(url, own), other: alive(url, other), callers };
  }

  ask(want: Wish['want']): Promise<unknown> {
    const id = ++this.#count;
    const answer = Promise.withResolvers<unknown>();
    this.#open.set(id, answer);
    this.#child.send({ id, want } satisfies Wish);
    return answer.promise.finally(() => this.#open.delete(id));
  }

  logged(): string {
    const output = this.#output;
    this.#output = '';
    return output;
  }

  async close(): Promise<void> {
    if (!this.running) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), END_LIMIT_MS);
    this.#child.disconnect();
    await ended;
    clearTimeout(limit);
  }

  #hear(told: Told): void {
    if (told.kind === 'ready') this.#ready.resolve(told.url);
    else if (told.kind === 'done') this.#open.get(told.id)?.resolve(told.value);
    else this.#open.get(told.id)?.reject(new Error(told.why));
  }
}

/** With people who can call again. */
function alive(url: string, { people, ...rest }: PortableTenant): Tenant {
  const client = (person: PortableTenant['people']['admin']): Client => ({
    ...person,
    call: (method, path, body, headers = {}) =>
      send(url, method, path, body, { authorization: `Bearer ${person.token}`, ...headers }),
  });
  return {
    ...rest,
    admin: client(people.admin),
    power: client(people.power),
    regular: client(people.regular),
    guest: client(people.guest),
  };
}
