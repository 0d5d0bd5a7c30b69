import type { OrganizationActor } from '../../../kernel/actor.ts';
import { mapBreathing } from '../../../kernel/breathe.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { EmbeddingModel } from '../../ai/port.ts';
import type { UnitOfWork } from '../../db/port.ts';
import { countTerms } from '../document-terms.ts';
import {
  insertEmbedder,
  lockState,
  type NewEmbedder,
  readEmbedders,
  readModel,
} from '../storage/embedder.repository.ts';
import type { EmbedderRow } from '../storage/search-read.repository.ts';
import { embedHashed, HASHED_DIMENSIONS } from './hashed-ngrams.ts';
import { LatentModel, normalized } from './latent-model.ts';

/** What the embedders need of a text: each uses what it understands. */
export interface EmbeddableText {
  readonly text: string;
  /** Base subtag for the analysis of `text`. */
  readonly language: string;
  /** Counted terms by number, without stop words. */
  readonly terms: ReadonlyMap<number, number>;
}

export interface EmbeddersOptions {
  readonly uow: UnitOfWork;
  readonly external: EmbeddingModel | null;
  /** What all trained models in memory may take together; bytes. */
  readonly maxModelBytes: number;
}

/** Sizes that have a vector index; other vectors are padded with zeros, which changes no cosine. */
const REGISTERED_DIMENSIONS = [256, 384, 512, 768, 1024, 1536, 3072] as const;

/** Cosines of hashed n-grams say little that words do not; those of a trained embedding server say much. */
const HASHED_WEIGHT = 0.25;
const EXTERNAL_WEIGHT = 1;

export function paddedDimensions(dimensions: number): number {
  const size = REGISTERED_DIMENSIONS.find((registered) => registered >= dimensions);
  if (size !== undefined) return size;
  throw new AppError({
    kind: 'invalid',
    code: 'search.embedding_too_large',
    safeMessage: `The embedding model gives ${dimensions} numbers a text; at most 3,072 can be stored.`,
  });
}

/** The embedders of every organization: which there are, and what vector a text has under one. */
export class Embedders {
  readonly #options: EmbeddersOptions;
  readonly #models = new Map<string, Promise<LatentModel>>();
  #externalDimensions: Promise<number> | undefined;

  constructor(options: EmbeddersOptions) {
    this.#options = options;
  }

  get external(): EmbeddingModel | null {
    return this.#options.external;
  }

  /** The embedders that a new passage needs vectors of; gives a new organization its first one. */
  async current(actor: OrganizationActor, signal: AbortSignal): Promise<readonly EmbedderRow[]> {
    const { organizationId } = actor;
    const found = await this.#options.uow.read(actor, (tx) => readEmbedders(tx, organizationId));
    if (found.length > 0) return found;
    const first = await this.initial(actor, signal);
    return await this.#options.uow.write(actor, async (tx) => {
      await lockState(tx, organizationId);
      const meanwhile = await readEmbedders(tx, organizationId);
      return meanwhile.length > 0 ? meanwhile : [await insertEmbedder(tx, organizationId, first, 'active')];
    });
  }

  /** What an organization begins with: the configured server, or hashed n-grams until there is enough to learn from. */
  async initial(actor: OrganizationActor, signal: AbortSignal): Promise<NewEmbedder> {
    const { external } = this.#options;
    if (external === null) {
      return {
        name: () => 'hashed-ngrams:1',
        kind: 'hashed',
        dimensions: HASHED_DIMENSIONS,
        trainedPassages: 0,
        weight: HASHED_WEIGHT,
      };
    }
    const dimensions = await this.#dimensionsOf(external, actor, signal);
    return {
      name: () => external.id,
      kind: 'external',
      dimensions,
      trainedPassages: 0,
      weight: EXTERNAL_WEIGHT,
    };
  }

  /** Vectors of unit length and stored size, in order; null for a text of which the embedder understands nothing. */
  async embed(
    actor: OrganizationActor,
    embedder: EmbedderRow,
    texts: readonly EmbeddableText[],
    signal: AbortSignal,
  ): Promise<readonly (Float32Array | null)[]> {
    if (texts.length === 0) return [];
    switch (embedder.kind) {
      case 'hashed':
        return await mapBreathing(
          texts,
          ({ text, language }) => embedHashed(countTerms([text], language)),
          signal,
        );
      case 'latent': {
        const model = await this.#model(actor, embedder.number);
        return await mapBreathing(
          texts,
          ({ terms }) => model.embed(asTerms(terms), embedder.dimensions),
          signal,
        );
      }
      case 'external':
        return await this.#embedExternally(actor, embedder, texts, signal);
    }
  }

  async #embedExternally(
    actor: OrganizationActor,
    embedder: EmbedderRow,
    texts: readonly EmbeddableText[],
    signal: AbortSignal,
  ): Promise<readonly (Float32Array | null)[]> {
    const { external } = this.#options;
    // The setting names another server now; the background job will replace this embedder.
    if (external === null || external.id !== embedder.name) return texts.map(() => null);
    const vectors = await external.embed(
      texts.map(({ text }) => text),
      actor,
      signal,
    );
    return vectors.map((vector) => {
      const padded = new Float32Array(embedder.dimensions);
      padded.set(vector.subarray(0, embedder.dimensions));
      return normalized(padded);
    });
  }

  async #dimensionsOf(
    external: EmbeddingModel,
    actor: OrganizationActor,
    signal: AbortSignal,
  ): Promise<number> {
    this.#externalDimensions ??= external
      .embed(['dimensions'], actor, signal)
      .then(([vector]) => paddedDimensions(vector?.length ?? 0));
    this.#externalDimensions.catch(() => {
      this.#externalDimensions = undefined;
    });
    return await this.#externalDimensions;
  }

  async #model(actor: OrganizationActor, embedder: number): Promise<LatentModel> {
    const { organizationId } = actor;
    const name = `${organizationId}/${embedder}`;
    const known = this.#models.get(name);
    const loading =
      known ??
      this.#options.uow
        .read(actor, (tx) => readModel(tx, organizationId, embedder))
        .then((bytes) => LatentModel.deserialize(bytes));
    this.#models.delete(name);
    this.#models.set(name, loading);
    if (known !== undefined) return await known;
    try {
      const model = await loading;
      await this.#evict(name);
      return model;
    } catch (error) {
      this.#models.delete(name);
      throw error;
    }
  }

  async #evict(keep: string): Promise<void> {
    const loaded = await Promise.allSettled(this.#models.values());
    let total = loaded.reduce(
      (sum, result) => sum + (result.status === 'fulfilled' ? result.value.bytes : 0),
      0,
    );
    for (const [name, model] of [...this.#models]) {
      if (total <= this.#options.maxModelBytes) return;
      if (name === keep) continue;
      this.#models.delete(name);
      total -= (await model).bytes;
    }
  }
}

function* asTerms(terms: ReadonlyMap<number, number>): Iterable<{ term: number; count: number }> {
  for (const [term, count] of terms) yield { term, count };
}
