import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Permission } from '../../app/permissions.ts';
import { type CallerName, expectedOf } from '../isolation/callers.ts';
import type { RequestSpec } from '../isolation/requests.ts';
import { casesOf, type FuzzCase } from './cases.ts';
import { endsEverything, stageOf, undoing } from './dangers.ts';
import { type Operation, readDocument } from './document.ts';
import { findHealth } from './health.ts';
import { type Complaint, complaintsAbout, complaintsAboutLog, type Sent } from './oracle.ts';
import { type Finding, Findings, type Report, Tally } from './report.ts';
import { Sender } from './sender.ts';
import { Told } from './strangers.ts';
import type { FuzzTarget } from './target.ts';
import { Unchanged } from './unchanged.ts';
import { exchange } from './wire.ts';

export interface CampaignOptions {
  readonly target: FuzzTarget;
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly requests: Readonly<Record<string, RequestSpec>>;
  readonly runs: number;
  readonly seed: number;
  /** One operation only. */
  readonly only?: string | undefined;
  /** Cases between two looks at what is stored and at whether valid requests are still fine. */
  readonly batch?: number;
  readonly answerLimitMs?: number;
  /** After each batch, with all findings so far. */
  readonly onProgress?: (cases: number, findings: readonly Finding[]) => void;
}

/** One case of a seed: the `run`-th of its operation. */
interface Planned {
  readonly operation: Operation;
  readonly run: number;
  readonly fuzzCase: FuzzCase;
}

interface Done extends Sent {
  readonly planned: Planned;
}

const ANSWER_LIMIT_MS = 10_000;
const BATCH = 50;
/** Shrinking sends many requests: enough to make a request readable, not to make it the smallest. */
const SHRINK_LIMIT_MS = 8_000;
const MOST_SHRUNK = 25;

/** Sends `runs` cases, the same number to every operation, and tells of everything that should not have happened. */
export async function runCampaign(options: CampaignOptions): Promise<Report> {
  const campaign = new Campaign(options);
  return campaign.run();
}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #operations: readonly Operation[];
  readonly #arbitraries: ReadonlyMap<string, fc.Arbitrary<FuzzCase>>;
  readonly #sender: Sender;
  readonly #findings = new Findings();
  readonly #tally: Tally;
  readonly #unchanged: Unchanged;
  readonly #told = new Told();
  #shrunk = 0;

  constructor(options: CampaignOptions) {
    const { target, only, permissions, requests } = options;
    this.#options = options;
    const all = readDocument(target.document);
    this.#operations = only === undefined ? all : all.filter(({ name }) => name === only);
    if (this.#operations.length === 0) throw new Error(`There is no operation ${only}.`);
    this.#arbitraries = new Map(
      this.#operations.map((operation) => {
        const { name } = operation;
        return [
          name,
          casesOf(operation, { permission: permissions[name], request: requests[name] }),
        ] as const;
      }),
    );
    this.#sender = new Sender(target);
    this.#tally = new Tally(this.#operations.map(({ name }) => name));
    this.#unchanged = new Unchanged(target, this.#limitMs);
  }

  get #limitMs(): number {
    return this.#options.answerLimitMs ?? ANSWER_LIMIT_MS;
  }

  async run(): Promise<Report> {
    const { runs, target, batch = BATCH, onProgress } = this.#options;
    target.logged();
    for (let from = 0, batches = 1; from < runs && target.running; from += batch, batches++) {
      const planned = Array.from({ length: Math.min(batch, runs - from) }, (_, index) =>
        this.#plan(from + index),
      );
      await this.#runBatch(planned);
      for (const complaint of await findHealth(target, batches, this.#limitMs))
        this.#findings.add('after every batch', complaint, undefined);
      onProgress?.(Math.min(from + batch, runs), this.#findings.all());
    }
    if (!target.running) {
      this.#findings.add(
        'the process',
        { kind: 'the process ended', what: target.logged().slice(-3_000) },
        undefined,
      );
    }
    return this.#tally.report(this.#findings.all(), this.#unchanged.unexplained);
  }

  #plan(index: number): Planned {
    const operation = this.#operations[index % this.#operations.length];
    if (!operation) throw new Error('no operations');
    const run = Math.floor(index / this.#operations.length);
    const arbitrary = this.#arbitraries.get(operation.name);
    if (!arbitrary) throw new Error(`no cases of ${operation.name}`);
    const [fuzzCase] = fc.sample(arbitrary, { seed: this.#seedOf(operation, run), numRuns: 1 });
    if (!fuzzCase) throw new Error(`no case of ${operation.name}`);
    return { operation, run, fuzzCase };
  }

  /** 32 bits that depend on nothing but the seed of the campaign, the operation and its how-manieth run. */
  #seedOf({ name }: Operation, run: number): number {
    return createHash('sha256').update(`${this.#options.seed} ${name} ${run}`).digest().readInt32BE();
  }

  /** Those that the door refuses come first: behind them nothing was carried out, so nothing may have changed. */
  async #runBatch(planned: readonly Planned[]): Promise<void> {
    const atTheDoor = Map.groupBy(planned, (one) => this.#isRefusedAtTheDoor(one));
    const done: Done[] = [];
    for (const group of [atTheDoor.get(true) ?? [], atTheDoor.get(false) ?? []]) {
      done.push(...(await this.#runGroup(group)));
    }
    await this.#readLog(done);
  }

  #isRefusedAtTheDoor({ operation, fuzzCase }: Planned): boolean {
    const permission = this.#options.permissions[operation.name];
    return permission !== undefined && expectedOf(permission, fuzzCase.caller, operation.name) !== 'allowed';
  }

  async #runGroup(group: readonly Planned[]): Promise<readonly Done[]> {
    if (group.length === 0) return [];
    const prepared: Omit<Done, 'exchange'>[] = [];
    for (const planned of group)
      prepared.push(await this.#prepare(planned.operation, planned.fuzzCase, planned));
    await this.#unchanged.begin();
    const done: Done[] = [];
    for (const one of prepared) {
      const sent = await this.#send(one);
      done.push(sent);
      this.#tally.count(sent);
      await this.#undo(sent);
      for (const complaint of complaintsAbout(sent, this.#told)) await this.#report(sent, complaint);
    }
    for (const { sent, tables } of await this.#unchanged.end(done)) {
      const what = `a request that was refused (${sent.exchange.answer?.status}) changed ${tables.join(', ')}`;
      await this.#report(sent, { kind: `changed ${tables.join(', ')}`, what });
    }
    return done;
  }

  async #prepare(
    operation: Operation,
    fuzzCase: FuzzCase,
    planned: Planned,
  ): Promise<Omit<Done, 'exchange'>> {
    const { target, requests } = this.#options;
    const stage = target.stage(stageOf(operation));
    const spec = requests[operation.name];
    const send = (caller: CallerName) =>
      this.#sender.prepare({ ...fuzzCase, caller }, operation, spec, stage);
    const request = await send(fuzzCase.caller);
    if (!endsEverything(operation.name, request))
      return { planned, operation, caller: fuzzCase.caller, request, stage };
    return { planned, operation, caller: 'guest', request: await send('guest'), stage };
  }

  async #send(prepared: Omit<Done, 'exchange'>): Promise<Done> {
    const { caller, stage, request } = prepared;
    this.#told.add(caller, stage, request);
    return { ...prepared, exchange: await exchange(this.#options.target.url, request, this.#limitMs) };
  }

  async #undo({ operation, request, exchange: { answer }, stage }: Done): Promise<void> {
    const undo = answer && answer.status < 400 ? undoing(operation.name, request) : undefined;
    if (!undo) return;
    const headers = [...Object.entries(stage.callers['admin secret']), ...undo.headers];
    await exchange(this.#options.target.url, { ...undo, headers }, this.#limitMs);
  }

  async #report(sent: Done, complaint: Complaint): Promise<void> {
    const first = this.#findings.add(sent.operation.name, complaint, sent);
    if (!first || complaint.kind.startsWith('changed ') || this.#shrunk++ >= MOST_SHRUNK) return;
    const smaller = await this.#shrink(sent, complaint.kind);
    if (smaller) first.shrink(smaller.request);
  }

  /** The smallest request found that breaks the same promise. */
  async #shrink({ planned }: Done, kind: string): Promise<Sent | undefined> {
    const { operation, run } = planned;
    const arbitrary = this.#arbitraries.get(operation.name);
    if (!arbitrary) return undefined;
    let smallest: Sent | undefined;
    const holds = async (fuzzCase: FuzzCase) => {
      const sent = await this.#send(await this.#prepare(operation, fuzzCase, planned));
      await this.#undo(sent);
      const broken = complaintsAbout(sent, this.#told).some((complaint) => complaint.kind === kind);
      if (broken) smallest = sent;
      return !broken;
    };
    await fc.check(fc.asyncProperty(arbitrary, holds), {
      seed: this.#seedOf(operation, run),
      numRuns: 1,
      interruptAfterTimeLimit: SHRINK_LIMIT_MS,
    });
    return smallest;
  }

  async #readLog(done: readonly Done[]): Promise<void> {
    const { target } = this.#options;
    const stages = [target.stage('lasting'), target.stage('doomed')];
    for (const { requestId, ...complaint } of complaintsAboutLog(target.logged(), stages)) {
      const sent = done.find(({ exchange: { answer } }) => answer?.headers.get('x-request-id') === requestId);
      this.#findings.add(sent?.operation.name ?? 'the log', complaint, sent);
    }
  }
}
