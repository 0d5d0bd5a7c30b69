import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api, Source, Upload } from './api.ts';
import { filesOnDisk, makeOld } from './inventory.ts';
import { Product, type ProductOptions } from './product.ts';

const FILES = 200;
const FILES_IN_ONE_UPLOAD = 10;
const SETTLE_LIMIT_MS = 180_000;
/** A killed job is missed after its heartbeat, which is 30 s for the longest ones, and then has to do its work. */
const TASKS_LIMIT_MS = 120_000;

/** What is wrong after a round; empty when nothing is. */
export type Findings = readonly string[];

/** Storage keys that some row of the database knows. */
export type KnownKeys = () => Promise<readonly string[]>;

/**
 * One round: uploads 200 files, kills the process at a random moment, starts it again, sends everything a second time as
 * a client would that got no answer, waits, and compares what is there with what was sent.
 */
export class KillRounds {
  readonly #options: ProductOptions;
  readonly #random: () => number;
  /** Milliseconds from the first upload to the latest moment of death. */
  readonly #latestKill: number;
  #product: Product;
  readonly #api: Api;

  constructor(product: Product, api: Api, options: ProductOptions, random: () => number, latestKill: number) {
    this.#product = product;
    this.#api = api;
    this.#options = options;
    this.#random = random;
    this.#latestKill = latestKill;
  }

  get product(): Product {
    return this.#product;
  }

  async round(number: number): Promise<Findings> {
    const files = roundFiles(number);
    let api = this.#api.at(this.#product.baseUrl);
    const collection = await api.createCollection(`Round ${number} ${crypto.randomUUID()}`);
    const acknowledged = new Set<string>();
    const sending = this.#send(api, files, collection, acknowledged);
    await delay(this.#random() * this.#latestKill);
    await this.#product.kill('SIGKILL');
    await sending;

    this.#product = await Product.start(this.#options);
    api = this.#api.at(this.#product.baseUrl);
    const survived = new Set((await api.sources({ collectionId: collection })).map(({ sha256 }) => sha256));
    const lost = [...acknowledged].filter((sha256) => !survived.has(sha256));
    await this.#send(api, files, collection, acknowledged);
    const sources = await api.settleAll(collection, SETTLE_LIMIT_MS);
    return [
      ...(lost.length > 0 ? [`${lost.length} of ${acknowledged.size} acknowledged files were lost`] : []),
      ...compare(files, sources),
      ...(await this.#openTasks(api)),
      ...(await misread(api, files, sources)),
    ];
  }

  /**
   * Ends the product, and compares files with rows. Where several processes share the storage, a young file may belong to
   * an upload elsewhere: the start sweeps only old ones, so all are made old before a last start.
   */
  async inventory(known: KnownKeys): Promise<Findings> {
    const storage = join(this.#options.dataDir, 'files');
    await this.#product.terminate(30_000);
    makeOld(storage);
    this.#product = await Product.start(this.#options);
    await this.#product.terminate(30_000);
    const onDisk = new Set(filesOnDisk(storage));
    const inRows = new Set(await known());
    const orphans = [...onDisk].filter((key) => !inRows.has(key));
    const missing = [...inRows].filter((key) => !onDisk.has(key));
    return [
      ...(orphans.length > 0
        ? [`${orphans.length} files belong to no row: ${orphans.slice(0, 3).join(', ')}`]
        : []),
      ...(missing.length > 0
        ? [`${missing.length} rows have no file: ${missing.slice(0, 3).join(', ')}`]
        : []),
    ];
  }

  /** Uploads everything, several requests at a time; a request that the kill cuts off is not an error. */
  async #send(
    api: Api,
    files: readonly Upload[],
    collectionId: string,
    acknowledged: Set<string>,
  ): Promise<void> {
    const batches = Array.from({ length: Math.ceil(files.length / FILES_IN_ONE_UPLOAD) }, (_, index) =>
      files.slice(index * FILES_IN_ONE_UPLOAD, (index + 1) * FILES_IN_ONE_UPLOAD),
    );
    const lanes = Array.from({ length: 4 }, async () => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        const answer = await api.upload(batch, { collectionId, language: 'en' }).catch(() => undefined);
        if (answer === undefined) return;
        if (answer.status !== 200 && answer.status !== 202)
          throw new Error(`Upload answered ${answer.status}: ${JSON.stringify(answer.body)}`);
        for (const { sha256 } of answer.body.items) acknowledged.add(sha256);
      }
    });
    await Promise.all(lanes);
  }

  async #openTasks(api: Api): Promise<Findings> {
    const until = performance.now() + TASKS_LIMIT_MS;
    for (;;) {
      const answers = await Promise.all(
        ['queued', 'running'].map((status) =>
          api.call<{ items: { kind: string; status: string }[] }>('GET', `/tasks?status=${status}&limit=100`),
        ),
      );
      const open = answers.flatMap(({ body }) => body.items);
      if (open.length === 0) return [];
      if (performance.now() > until)
        return open.map(({ kind, status }) => `a task ${kind} is still ${status}`);
      await delay(250);
    }
  }
}

function roundFiles(round: number): Upload[] {
  return Array.from({ length: FILES }, (_, index) => {
    const word = uniqueWord(round, index);
    const body = `The word of this file is ${word}. `.repeat(20);
    return {
      name: `round-${round}-${index}.md`,
      bytes: Buffer.from(`# File ${index} of round ${round}\n\n${body}\n`),
    };
  });
}

/** Letters only, and the same for no two files, so that a search for it has one answer. */
function uniqueWord(round: number, index: number): string {
  const letters = (round * FILES + index)
    .toString(26)
    .replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
  return `zylo${letters.split('').join('a')}kem`;
}

function compare(files: readonly Upload[], sources: readonly Source[]): Findings {
  const wanted = new Set(files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex')));
  const counts = Map.groupBy(sources, ({ sha256 }) => sha256);
  const missing = [...wanted].filter((sha256) => !counts.has(sha256));
  const double = [...counts.values()].filter((same) => same.length > 1);
  const notReady = sources.filter(({ stage }) => stage !== 'ready');
  return [
    ...(missing.length > 0 ? [`${missing.length} files are missing`] : []),
    ...(double.length > 0 ? [`${double.length} files are there more than once`] : []),
    ...(sources.some(({ sha256 }) => !wanted.has(sha256)) ? ['there are files that nobody sent'] : []),
    ...notReady
      .slice(0, 5)
      .map(({ title, stage, failure }) => `${title} is ${stage}: ${failure?.code ?? 'no reason'}`),
  ];
}

/** Every tenth file: its text is whole, its chunks are there once, and the search index knows it exactly once. */
async function misread(api: Api, files: readonly Upload[], sources: readonly Source[]): Promise<Findings> {
  const bySha = new Map(sources.map((source) => [source.sha256, source]));
  const findings: string[] = [];
  for (const { name, bytes } of files.filter((_, index) => index % 10 === 0)) {
    const source = bySha.get(createHash('sha256').update(bytes).digest('hex'));
    if (source === undefined) continue;
    const word = /word of this file is (\w+)/.exec(Buffer.from(bytes).toString())?.[1] ?? '';
    const content = await api.call<{ text: string }>('GET', `/library/sources/${source.id}/content`);
    if (content.body.text.split(word).length !== 21) findings.push(`${name}: its text is not whole`);
    const chunks = await api.call<{ items: { ordinal: number }[] }>(
      'GET',
      `/library/sources/${source.id}/chunks?limit=100`,
    );
    const ordinals = chunks.body.items.map(({ ordinal }) => ordinal);
    if (ordinals.length === 0 || new Set(ordinals).size !== ordinals.length)
      findings.push(`${name}: chunks ${ordinals.join(' ')}`);
    const found = await api.call<{ items: { id: string }[] }>(
      'GET',
      `/search?q=${word}&mode=keyword&expand=passages&limit=100`,
    );
    const own = found.body.items.filter(({ id }) => id === source.id).length;
    if (own !== ordinals.length)
      findings.push(`${name}: ${own} passages are found, ${ordinals.length} exist`);
    const others = found.body.items.length - own;
    if (others > 0)
      findings.push(`${name}: its word ${word} is also found in ${others} passages of other sources`);
  }
  return findings;
}
