import { randomUUID } from 'node:crypto';
import type { RequestSpec } from '../isolation/requests.ts';
import type { FuzzCase } from './cases.ts';
import { type Operation, PREFIX } from './document.ts';
import { lookUp, SYMBOL } from './symbols.ts';
import type { FuzzTarget, Stage } from './target.ts';
import { exchange, type WireRequest } from './wire.ts';

/** Lists with a second page for everybody who may read: cursors of another list are forged from them. */
const ELSEWHERE = '/tasks';
const CURSOR_LIMIT_MS = 10_000;

/** Turns cases into requests: puts in what things are called in this run. */
export class Sender {
  readonly #target: FuzzTarget;
  readonly #cursors = new Map<string, string>();

  constructor(target: FuzzTarget) {
    this.#target = target;
  }

  async prepare(
    fuzzCase: FuzzCase,
    operation: Operation,
    spec: RequestSpec | undefined,
    stage: Stage,
  ): Promise<WireRequest> {
    // Nothing new can be made in an organization that was closed by an earlier case.
    const fresh = fuzzCase.target.includes('@fresh.')
      ? await spec?.fresh?.(stage.own).catch(() => undefined)
      : undefined;
    const cursors = await this.#cursorsIn(fuzzCase, operation, stage);
    const put = (text: string) =>
      text.replaceAll(SYMBOL, (symbol, whose: string, path: string) => {
        if (whose === 'fresh') return fresh?.[path] ?? randomUUID();
        if (whose === 'cursor') return cursors.get(symbol) ?? 'none';
        return lookUp(whose === 'own' ? stage.own : stage.other, path) ?? symbol;
      });
    const { body, caller } = fuzzCase;
    const credentials = spec?.endsCredentials ? {} : stage.callers[caller];
    return {
      method: fuzzCase.method,
      target: `${PREFIX}${wireTarget(put(fuzzCase.target))}`,
      headers: [
        ...Object.entries(credentials),
        ...fuzzCase.headers.map(([name, value]) => [name, put(value)] as const),
      ],
      body: typeof body === 'string' ? put(body.toWellFormed()) : body,
    };
  }

  async #cursorsIn(
    { target, caller }: FuzzCase,
    operation: Operation,
    stage: Stage,
  ): Promise<ReadonlyMap<string, string>> {
    const made = new Map<string, string>();
    for (const [symbol] of target.matchAll(SYMBOL)) {
      const [, whose, how, at] = /^@cursor\.(\w+)\.(\w+)\.(\d+)@$/.exec(symbol) ?? [];
      if (whose === undefined) continue;
      const path = whose === 'elsewhere' ? ELSEWHERE : put(operation.path, stage);
      const headers = stage.callers[whose === 'theirs' ? 'admin of another organization' : caller];
      made.set(symbol, encodeURIComponent(forged(await this.#cursor(path, headers), how ?? '', Number(at))));
    }
    return made;
  }

  async #cursor(path: string, credentials: Readonly<Record<string, string>>): Promise<string> {
    const key = JSON.stringify([path, credentials]);
    const known = this.#cursors.get(key);
    if (known !== undefined) return known;
    const request = {
      method: 'GET',
      target: `${PREFIX}${path}?limit=1`,
      headers: Object.entries(credentials),
      body: undefined,
    };
    const { answer } = await exchange(this.#target.url, request, CURSOR_LIMIT_MS);
    const cursor = /"nextCursor":"([^"]+)"/.exec(answer?.body ?? '')?.[1] ?? '';
    this.#cursors.set(key, cursor);
    return cursor;
  }
}

const put = (path: string, { own }: Stage) => path.replaceAll(/\{\w+\}/g, () => own.id);

/** A cursor as somebody would change it who has read ours. */
function forged(cursor: string, how: string, at: number): string {
  const place = at % Math.max(cursor.length, 1);
  const flipped = (text: string, index: number) =>
    `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`;
  switch (how) {
    case 'cut':
      return cursor.slice(0, place);
    case 'flip':
      return flipped(cursor, place);
    case 'twice':
      return cursor + cursor;
    case 'open': {
      const text = Buffer.from(cursor, 'base64url').toString('latin1');
      return Buffer.from(flipped(text, at % Math.max(text.length, 1)), 'latin1').toString('base64url');
    }
    default:
      return cursor;
  }
}

/** Raw bytes may stand in an address, but what ends it may not: white space and line ends are another request. */
function wireTarget(target: string): string {
  return Buffer.from(target)
    .toString('latin1')
    .replaceAll(/[\0-\x20\x7f]/g, (character) => encodeURIComponent(character));
}
