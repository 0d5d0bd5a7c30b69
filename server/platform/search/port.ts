import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import type { Tx } from '../db/port.ts';

/** A passage of a document: at most a few hundred tokens, with its exact place in the canonical text of that version. */
export interface Passage {
  readonly ordinal: number;
  readonly text: string;
  /** UTF-16 code units in the canonical text; `content.slice(start, end) === text`. */
  readonly start: number;
  readonly end: number;
  /** 1-based, where the format has pages. */
  readonly page: number | null;
  /** Titles of the enclosing headings, outermost first. */
  readonly headings: readonly string[];
}

/** Names one thing in the index: its kind (`source`, later `document`, `entry`, …), its id and the version that is indexed. */
export interface IndexRef {
  readonly type: string;
  readonly id: string;
  readonly version: number;
}

export interface IndexDocument extends IndexRef {
  readonly title: string;
  /** BCP 47, or null where detection gave none. */
  readonly language: string | null;
  readonly collectionId: string | null;
  /**
   * Who may find it: `role:<minimum role>` (that role and above), `user:<id>`. A caller sees it when one label fits.
   */
  readonly audience: readonly string[];
  readonly passages: readonly Passage[];
}

export type SearchMode = 'keyword' | 'semantic' | 'hybrid';

export interface SearchRequest {
  readonly q: string;
  readonly mode: SearchMode;
  readonly types?: readonly string[] | undefined;
  readonly collectionId?: string | undefined;
  readonly language?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** `passages`: every passage is an item; default: the best passage of each document. */
  readonly expand?: 'passages' | undefined;
  /** Treat the last word as the beginning of a word (search while typing). */
  readonly prefix?: boolean | undefined;
}

export interface SearchHit {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly language: string | null;
  readonly collectionId: string | null;
  readonly passage: Passage;
  /** A window of the passage around the matches. */
  readonly snippet: string;
  /** UTF-16 ranges in `snippet`. */
  readonly highlights: readonly { readonly start: number; readonly end: number }[];
  readonly score: number;
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  readonly nextCursor: string | null;
  /** What really ran: `semantic` falls back to `keyword` where nothing is embedded yet. */
  readonly mode: SearchMode;
  /** Which embedder ranked, for example `latent-semantic:3` or `openai:text-embedding-3-small`; null for keyword. */
  readonly embedder: string | null;
  /** The query that ran instead, where the typed one matched nothing. */
  readonly correctedTo: string | null;
}

export interface SearchIndex {
  /**
   * Analyses and embeds a document outside any transaction and stores its rows as not yet visible; the visible version
   * keeps answering. Safe to run twice.
   */
  stage(actor: OrganizationActor, document: IndexDocument, signal: AbortSignal): Promise<void>;
  /** Makes a staged version the visible one and drops the versions before it, in the caller's transaction. */
  activate(tx: Tx, actor: OrganizationActor, ref: IndexRef): Promise<void>;
  /** Changes what filters see, without new text. */
  update(
    tx: Tx,
    actor: OrganizationActor,
    ref: { readonly type: string; readonly id: string },
    change: {
      readonly title?: string;
      readonly collectionId?: string | null;
      readonly audience?: readonly string[];
    },
  ): Promise<void>;
  /** Removes every version of a document from the index. */
  remove(
    tx: Tx,
    actor: OrganizationActor,
    ref: { readonly type: string; readonly id: string },
  ): Promise<void>;
  /** Finds what `actor` may read, and nothing else. */
  search(actor: Actor, request: SearchRequest, signal?: AbortSignal): Promise<SearchAnswer>;
}
