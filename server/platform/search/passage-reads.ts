import type { OrganizationActor } from '../../kernel/actor.ts';
import type { PassageText } from './storage/search-read.repository.ts';

/** Names a passage within its organization. */
export interface PassageName {
  readonly key: number;
  readonly ordinal: number;
}

/** Reads passages of the actor's organization with one statement; what is gone meanwhile is left out. */
export type ReadPassages = (
  actor: OrganizationActor,
  names: readonly PassageName[],
) => Promise<readonly PassageText[]>;

type Texts = ReadonlyMap<string, PassageText>;

/** A read that begins when the one before it has ended, for all who asked until then. */
interface WaitingRead {
  readonly names: PassageName[];
  readonly texts: Promise<Texts>;
}

/** Passages that one statement reads for several searches; what does not fit is read on its own. */
const MOST_TOGETHER = 2_000;

/**
 * The texts of passages. Searches of one organization that run at the same time share their reads, as a statement costs
 * more than the ten rows of a page. What a caller may see was decided before, and each gets only what it named.
 */
export class PassageReads {
  readonly #readNow: ReadPassages;
  /** By organization: settles, without an error, when the read that runs has ended. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, WaitingRead>();

  constructor(readNow: ReadPassages) {
    this.#readNow = readNow;
  }

  /** In the order of the names; what is gone meanwhile is undefined. */
  async read(
    actor: OrganizationActor,
    names: readonly PassageName[],
  ): Promise<readonly (PassageText | undefined)[]> {
    if (names.length === 0) return [];
    const texts = await this.#textsOf(actor, names);
    return names.map((name) => texts.get(keyOf(name)));
  }

  #textsOf(actor: OrganizationActor, names: readonly PassageName[]): Promise<Texts> {
    const { organizationId } = actor;
    const waiting = this.#waiting.get(organizationId);
    const running = this.#running.get(organizationId);
    if (waiting === undefined)
      return running === undefined ? this.#start(actor, names) : this.#wait(actor, names, running);
    if (waiting.names.length + names.length > MOST_TOGETHER) return this.#now(actor, names);
    waiting.names.push(...names);
    return waiting.texts;
  }

  #wait(actor: OrganizationActor, first: readonly PassageName[], running: Promise<void>): Promise<Texts> {
    const { organizationId } = actor;
    const names = [...first];
    const texts = running.then(() => {
      this.#waiting.delete(organizationId);
      return this.#start(actor, names);
    });
    this.#waiting.set(organizationId, { names, texts });
    return texts;
  }

  #start(actor: OrganizationActor, names: readonly PassageName[]): Promise<Texts> {
    const { organizationId } = actor;
    const texts = this.#now(actor, names);
    const ended = () => {
      if (this.#running.get(organizationId) === running) this.#running.delete(organizationId);
    };
    const running = texts.then(ended, ended);
    this.#running.set(organizationId, running);
    return texts;
  }

  async #now(actor: OrganizationActor, names: readonly PassageName[]): Promise<Texts> {
    const texts = await this.#readNow(actor, names);
    return new Map(texts.map((text) => [keyOf(text), text]));
  }
}

const keyOf = ({ key, ordinal }: PassageName) => `${key}/${ordinal}`;
