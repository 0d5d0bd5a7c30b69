import { changedBetween } from '../isolation/digest.ts';
import { isSafe } from './dangers.ts';
import type { Sent } from './oracle.ts';
import type { FuzzTarget } from './target.ts';
import { exchange } from './wire.ts';

export interface Change<T extends Sent> {
  readonly sent: T;
  readonly tables: readonly string[];
}

type Digest = ReadonlyMap<string, string>;

/** Written about a refusal, so that the same request gets the same answer again: not a change that it asked for. */
const ABOUT_REFUSALS: readonly string[] = ['idempotency_keys'];

/** Holds refused requests to having changed nothing. */
export class Unchanged {
  /** Changes that no request made again when it was asked alone: work in the background. */
  readonly unexplained = new Map<string, number>();
  readonly #target: FuzzTarget;
  readonly #limitMs: number;
  #before: Digest = new Map();

  constructor(target: FuzzTarget, limitMs: number) {
    this.#target = target;
    this.#limitMs = limitMs;
  }

  async begin(): Promise<void> {
    this.#before = await this.#target.digest();
  }

  /**
   * The refused requests that changed something. Where all were refused, what is stored is as it was; where some were
   * carried out, the refused ones are sent once more by themselves.
   */
  async end<T extends Sent>(sent: readonly T[]): Promise<readonly Change<T>[]> {
    if (!this.#target.running) return [];
    const refused = sent.filter(isRefused);
    const changed = sent.some(isCarriedOut)
      ? await this.#changedByAll(refused)
      : changes(this.#before, await this.#target.digest());
    if (changed.length === 0) return [];
    const found = await this.#search(refused);
    if (found.length === 0) {
      for (const table of changed) this.unexplained.set(table, (this.unexplained.get(table) ?? 0) + 1);
    }
    return found;
  }

  async #search<T extends Sent>(refused: readonly T[]): Promise<readonly Change<T>[]> {
    const tables = await this.#changedByAll(refused);
    if (tables.length === 0) return [];
    const [only] = refused;
    if (refused.length === 1 && only) {
      const again = await this.#changedByAll(refused);
      return again.length === 0 ? [] : [{ sent: only, tables: again }];
    }
    const middle = Math.ceil(refused.length / 2);
    return [
      ...(await this.#search(refused.slice(0, middle))),
      ...(await this.#search(refused.slice(middle))),
    ];
  }

  /** Nothing can be said where one of them is carried out this time. */
  async #changedByAll(requests: readonly Sent[]): Promise<readonly string[]> {
    if (requests.length === 0) return [];
    const before = await this.#target.digest();
    let carriedOut = false;
    for (const one of requests) {
      const again = { ...one, exchange: await exchange(this.#target.url, one.request, this.#limitMs) };
      carriedOut ||= isCarriedOut(again);
    }
    return carriedOut ? [] : changes(before, await this.#target.digest());
  }
}

function changes(before: Digest, after: Digest): readonly string[] {
  return changedBetween(before, after).filter((table) => !ABOUT_REFUSALS.includes(table));
}

const isRefused = ({ exchange: { answer } }: Sent) => answer !== undefined && answer.status >= 400;
const isCarriedOut = ({ exchange: { answer }, request }: Sent) =>
  !isSafe(request.method) && (answer === undefined || answer.status < 400);
