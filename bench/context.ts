import { Library } from './library.ts';
import { type DatabaseKind, openPlace, type Place, type Postgres } from './place.ts';
import type { PartResult } from './report.ts';

/** What a part gets: places to work in, and how much to do. */
export interface Context {
  readonly postgres: Postgres;
  readonly databases: readonly DatabaseKind[];
  /** Share of the full size, 1 for figures that count; less to try the harness itself. */
  readonly scale: number;
  /** Another system to measure side by side, where one was named. */
  readonly peer: { readonly origin: string; readonly token: string; readonly idsFile: string } | undefined;
  open(kind: DatabaseKind): Promise<Place>;
  /** One large library for each database, shared by the parts that only read. */
  library(kind: DatabaseKind): Promise<Library>;
}

export interface Part {
  readonly name: string;
  readonly about: string;
  run(context: Context): Promise<PartResult>;
}

export class Fixtures {
  readonly #postgres: Postgres;
  readonly #libraries = new Map<DatabaseKind, Promise<Library>>();

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  open(kind: DatabaseKind): Promise<Place> {
    return openPlace(kind, this.#postgres.url);
  }

  library(kind: DatabaseKind): Promise<Library> {
    const known = this.#libraries.get(kind) ?? this.open(kind).then((place) => Library.start(place));
    this.#libraries.set(kind, known);
    return known;
  }

  async close(): Promise<void> {
    for (const library of this.#libraries.values()) await (await library).close();
    this.#postgres.close();
  }
}
