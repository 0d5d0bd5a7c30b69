import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Permission } from '../../app/permissions.ts';
import { type Answer, send, type World } from '../world.ts';
import { type Caller, type Expected, expectedOf } from './callers.ts';
import { changedBetween, digestOf } from './digest.ts';
import type { RequestSpec } from './requests.ts';
import type { Tenant } from './tenant.ts';

/** `GET /library/sources/{id}` */
export type Operation = string;

export interface Finding {
  readonly operation: Operation;
  readonly caller: string;
  readonly what: string;
}

export interface MatrixReport {
  readonly operations: number;
  readonly cells: number;
  readonly findings: readonly Finding[];
}

export interface MatrixOptions {
  readonly world: World;
  readonly own: Tenant;
  readonly other: Tenant;
  readonly callers: readonly Caller[];
  readonly permissions: Readonly<Record<Operation, Permission>>;
  readonly requests: Readonly<Record<Operation, RequestSpec>>;
}

/** Streams never end by themselves: their beginning is enough. Milliseconds. */
const STREAM_TIME = 300;
/** What refused calls change, they change each time; what jobs change in the background comes to an end. */
const ATTEMPTS = 5;
const SETTLE_TIME = 1000;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * Every operation by every caller: with what is their own, with what is another organization's, and with what does not
 * exist. Refusals must be those that the table of permissions says, must change nothing, and nothing of the other
 * organization may appear in any answer.
 */
export async function runMatrix(options: MatrixOptions): Promise<MatrixReport> {
  const findings: Finding[] = [];
  let cells = 0;
  for (const [operation, permission] of Object.entries(options.permissions)) {
    const spec = options.requests[operation];
    if (!spec) continue;
    const cell = new OperationCells(options, operation, permission, spec);
    findings.push(...(await cell.run()));
    cells += cell.count;
  }
  return { operations: Object.keys(options.permissions).length, cells, findings };
}

class OperationCells {
  count = 0;
  readonly #options: MatrixOptions;
  readonly #operation: Operation;
  readonly #permission: Permission;
  readonly #spec: RequestSpec;
  readonly #findings: Finding[] = [];

  constructor(options: MatrixOptions, operation: Operation, permission: Permission, spec: RequestSpec) {
    this.#options = options;
    this.#operation = operation;
    this.#permission = permission;
    this.#spec = spec;
  }

  async run(): Promise<readonly Finding[]> {
    const { world, callers, own, other } = this.#options;
    const params = await this.#paramsOf(own);
    const foreign = await this.#paramsOf(other);
    let changed: readonly string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await digestOf(world);
      await this.#refused(params, foreign);
      changed = changedBetween(before, await digestOf(world));
      if (changed.length === 0) break;
      await delay(SETTLE_TIME);
    }
    if (changed.length > 0) this.#report('whoever is refused', `changed ${changed.join(', ')}`);
    for (const caller of callers) {
      if (this.#expected(caller) !== 'allowed') continue;
      const { home } = caller;
      const answer = await this.#call(caller, await this.#paramsOf(home), home);
      // Whose organization is another one is answered in it; what was asked for is only found at home.
      if (home === own) this.#expect(caller, answer, this.#spec.answers);
      await this.#spec.cleanUp?.(own);
    }
    return this.#findings;
  }

  #expected(caller: Caller): Expected {
    return expectedOf(this.#permission, caller.name, this.#operation);
  }

  /** By everybody who may not, and of everybody what is not theirs. */
  async #refused(
    params: Readonly<Record<string, string>>,
    foreign: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { callers, own } = this.#options;
    for (const caller of callers) {
      const expected = this.#expected(caller);
      if (expected !== 'allowed') this.#expect(caller, await this.#call(caller, params, own), expected);
    }
    await this.#foreign(foreign);
  }

  /** Of another organization or of nobody: refused alike. */
  async #foreign(foreign: Readonly<Record<string, string>>): Promise<void> {
    const { callers, own } = this.#options;
    if (this.#permission.kind !== 'role' || !/\{\w*id\}/i.test(this.#operation)) return;
    for (const caller of callers) {
      if (caller.home !== own || this.#expected(caller) !== 'allowed') continue;
      const theirs = await this.#call(caller, foreign, own);
      const nobodys = await this.#call(caller, withNewIds(foreign), own);
      this.#expect(caller, theirs, [404]);
      if (comparable(theirs) !== comparable(nobodys)) {
        this.#report(
          caller.name,
          `tells foreign from nonexistent: ${comparable(theirs)} / ${comparable(nobodys)}`,
        );
      }
    }
  }

  async #paramsOf(tenant: Tenant): Promise<Readonly<Record<string, string>>> {
    return (await this.#spec.fresh?.(tenant)) ?? this.#spec.params?.(tenant) ?? {};
  }

  async #call(caller: Caller, params: Readonly<Record<string, string>>, tenant: Tenant): Promise<Answer> {
    this.count += 1;
    const [method = '', template = ''] = this.#operation.split(' ');
    const path =
      template.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '') + (this.#spec.query ?? '');
    const headers = { ...this.#spec.headers, ...(this.#spec.endsCredentials ? {} : caller.headers) };
    const body = this.#spec.body?.(tenant);
    const answer = await send(this.#options.world.url, method, path, body, headers, STREAM_TIME);
    this.#lookForLeaks(caller, answer);
    return answer;
  }

  #lookForLeaks(caller: Caller, answer: Answer): void {
    if (answer.status >= 500 && answer.status !== 502) this.#report(caller.name, `answered ${answer.status}`);
    if (caller.name === 'marked operator' || caller.name === 'admin secret') return;
    const stranger = caller.home === this.#options.other ? this.#options.own : this.#options.other;
    const said = JSON.stringify([answer.body, [...answer.headers]]);
    if (said.includes(stranger.canary))
      this.#report(caller.name, `was told of another organization: ${said.slice(0, 300)}`);
    if (answer.status < 400 && stranger.secrets.some((secret) => said.includes(secret))) {
      this.#report(caller.name, `was told ids of another organization: ${said.slice(0, 300)}`);
    }
  }

  #expect(caller: Caller, answer: Answer, expected: readonly number[]): void {
    if (expected.includes(answer.status)) return;
    const said = JSON.stringify(answer.body)?.slice(0, 200);
    this.#report(caller.name, `answered ${answer.status}, expected ${expected.join(' or ')}: ${said}`);
  }

  #report(caller: string, what: string): void {
    this.#findings.push({ operation: this.#operation, caller, what });
  }
}

function withNewIds(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, value.replaceAll(UUID, () => randomUUID())]),
  );
}

/** The length says nothing that the body does not. */
const DIFFERS = ['date', 'x-request-id', 'keep-alive', 'content-length'];

/** What a caller can see of an answer, without what differs between any two requests. */
export function comparable({ status, headers, body }: Answer): string {
  const kept = [...headers].filter(([name]) => !DIFFERS.includes(name));
  return JSON.stringify([status, kept, body])
    .replaceAll(UUID, 'ID')
    .replaceAll(/"tookMs":[\d.]+/g, '"tookMs":0');
}
