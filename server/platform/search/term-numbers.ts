import type { Tx } from '../db/port.ts';
import { addTerms, knownTerms } from './storage/search-write.repository.ts';

/** Terms that all organizations together may keep in memory; the least recently used organization is dropped first. */
const CACHED_TERMS = 500_000;

/**
 * Gives every term its number in an organization's vocabulary, adding those that are new. Numbers never change, so those of
 * committed transactions are remembered.
 */
export class TermNumbers {
  readonly #organizations = new Map<string, Map<string, number>>();
  #size = 0;

  /** `commit` must be called when the transaction has committed. */
  async resolve(
    tx: Tx,
    organizationId: string,
    terms: Iterable<string>,
  ): Promise<{ readonly numbers: ReadonlyMap<string, number>; commit(): void }> {
    const remembered = this.#organizations.get(organizationId);
    const numbers = new Map<string, number>();
    const open: string[] = [];
    for (const term of new Set(terms)) {
      const number = remembered?.get(term);
      if (number === undefined) open.push(term);
      else numbers.set(term, number);
    }
    const found = await knownTerms(tx, organizationId, open);
    const fresh = open.filter((term) => !found.has(term)).sort();
    const added = fresh.length > 0 ? await addTerms(tx, organizationId, fresh) : new Map<string, number>();
    for (const [term, number] of [...found, ...added]) numbers.set(term, number);
    return { numbers, commit: () => this.#remember(organizationId, [...found, ...added]) };
  }

  #remember(organizationId: string, entries: readonly (readonly [string, number])[]): void {
    const remembered = this.#organizations.get(organizationId) ?? new Map<string, number>();
    this.#organizations.delete(organizationId);
    this.#organizations.set(organizationId, remembered);
    this.#size -= remembered.size;
    for (const [term, number] of entries) remembered.set(term, number);
    this.#size += remembered.size;
    for (const [oldest, terms] of this.#organizations) {
      if (this.#size <= CACHED_TERMS) break;
      this.#organizations.delete(oldest);
      this.#size -= terms.size;
    }
  }
}
