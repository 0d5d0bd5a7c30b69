import type { Readable } from 'node:stream';
import type { OrganizationActor } from '../../kernel/actor.ts';

/** A file of an archive. */
export interface ArchiveFile {
  /** Below the domain's folder, with `/`; made by the product, never by a person. */
  readonly path: string;
  /** Opens the content when its turn has come, one file after the other; undefined where it is gone meanwhile. */
  open(): Promise<Readable | undefined>;
}

/**
 * What one domain keeps for an organization, apart from the rows themselves: those are deleted for all domains alike, by
 * the catalogue of the database. A new domain joins by its entry in `app/modules.ts`.
 */
export interface TenantData {
  /** The name of its folder in an archive. */
  readonly domain: string;
  /** How much there is, by what is counted: `{ sources: 3, bytes: 4096 }`. */
  usage?(actor: OrganizationActor): Promise<Readonly<Record<string, number>>>;
  /** Everything, in bounded memory: what a person would need to take it elsewhere. No secrets. */
  files(actor: OrganizationActor, signal: AbortSignal): AsyncIterable<ArchiveFile>;
}
