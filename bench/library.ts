import { Api } from './api.ts';
import { type Corpus, makeCorpus } from './corpus.ts';
import type { Place } from './place.ts';
import { type RunningServer, startProduct } from './server.ts';

const DOCUMENT_BYTES = 40_000;
const BATCH = 50;

/** A running server with one organization whose library grows on demand. */
export class Library {
  readonly server: RunningServer;
  readonly api: Api;
  readonly corpus: Corpus;
  readonly place: Place;
  #documents = 0;
  #chunks = 0;

  private constructor(place: Place, server: RunningServer, api: Api) {
    this.place = place;
    this.server = server;
    this.api = api;
    this.corpus = makeCorpus(2);
  }

  static async start(place: Place): Promise<Library> {
    const server = await startProduct(place.settings);
    return new Library(place, server, await Api.register(server.origin));
  }

  get chunks(): number {
    return this.#chunks;
  }

  /** Ingests generated documents of 40 KB until at least `chunks` chunks are indexed and background work has ended. */
  async growTo(chunks: number): Promise<void> {
    while (this.#chunks < chunks) {
      const documents = Array.from({ length: BATCH }, (_, index) =>
        this.corpus.document(this.#documents + index, DOCUMENT_BYTES),
      );
      const sources = await this.api.ingest(documents);
      this.#documents += documents.length;
      for (const { id } of sources)
        for await (const _ of this.api.pages(`/library/sources/${id}/chunks`)) this.#chunks += 1;
      console.error(
        `  ${this.place.kind}: ${this.#chunks.toLocaleString('en-US')} of ${chunks.toLocaleString('en-US')} chunks`,
      );
    }
    await this.api.waitForQuiet();
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.place.dispose();
  }
}
