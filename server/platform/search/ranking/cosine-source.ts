import type { OrganizationActor } from '../../../kernel/actor.ts';
import type { UnitOfWork } from '../../db/port.ts';
import type { OrganizationIndex } from '../memory/organization-index.ts';
import { formatVector } from '../storage/half-vector.ts';
import {
  cosinesOf,
  type EmbedderSpace,
  nearestPassages,
  type PassageCosine,
  type VectorFilter,
  vectorsOf,
} from '../storage/vector.repository.ts';
import { largestRows } from './fusion.ts';
import { inRowOrder, type RowScores } from './row-scores.ts';

/** Where cosines come from. */
export interface CosineSource {
  /** The `depth` rows with the largest cosines above 0 among those that are kept. */
  nearest(query: Float32Array, keeps: (row: number) => boolean, depth: number): Promise<RowScores>;
  /**
   * The same, largest first, and the cosine of each row of the index, at least of the nearest rows and of the candidates;
   * else 0.
   */
  compare(
    query: Float32Array,
    candidates: readonly number[],
    keeps: (row: number) => boolean,
    depth: number,
  ): Promise<{ readonly near: readonly number[]; readonly cosines: Float32Array }>;
  /** Vectors of rows; those without one are left out. */
  vectors(rows: readonly number[]): Promise<readonly Float32Array[]>;
}

const NOTHING: RowScores = { rows: [], scores: new Float32Array(0) };

/** Every vector is in memory: exact, and no organization can crowd out another. */
export function memoryCosines(index: OrganizationIndex): CosineSource {
  const { vectors, rows } = index;
  return {
    nearest: async (query, keeps, depth) =>
      vectors?.nearest(query, { rows, depth, keeps }).inRowOrder() ?? NOTHING,
    compare: async (query, _candidates, keeps, depth) => {
      const cosines = new Float32Array(rows);
      const near = vectors?.nearest(query, { rows, depth, keeps, all: cosines }).largestFirst() ?? [];
      return { near, cosines };
    },
    vectors: async (rows) =>
      vectors === null ? [] : rows.filter((row) => vectors.has(row)).map((row) => vectors.get(row)),
  };
}

/** The database's HNSW index finds the nearest; candidates are compared exactly. */
export function databaseCosines(
  uow: UnitOfWork,
  actor: OrganizationActor,
  index: OrganizationIndex,
  space: EmbedderSpace,
  filter: VectorFilter,
): CosineSource {
  const { organizationId } = actor;
  const nameOf = (row: number) => ({
    key: index.documentOfRow(row)?.key ?? 0,
    ordinal: index.ordinalOfRow(row),
  });
  return {
    nearest: async (query, keeps, depth) => {
      const vector = formatVector(query);
      const found = await uow.read(actor, (tx) =>
        nearestPassages(tx, organizationId, space, vector, filter, depth),
      );
      return inRowOrder(
        found.flatMap(({ key, ordinal, cosine }) => {
          const row = index.rowOf(key, ordinal);
          return row === undefined || !keeps(row) ? [] : [{ row, score: cosine }];
        }),
      );
    },
    compare: async (query, candidates, keeps, depth) => {
      const vector = formatVector(query);
      const cosines = new Float32Array(index.rows);
      const [nearest, chosen] = await uow.read(actor, (tx) =>
        Promise.all([
          nearestPassages(tx, organizationId, space, vector, filter, depth),
          cosinesOf(tx, organizationId, space, vector, candidates.map(nameOf)),
        ]),
      );
      for (const { key, ordinal, cosine } of [...nearest, ...chosen] satisfies PassageCosine[]) {
        const row = index.rowOf(key, ordinal);
        if (row !== undefined) cosines[row] = cosine;
      }
      return { near: largestRows(cosines, depth, keeps), cosines };
    },
    vectors: (rows) => uow.read(actor, (tx) => vectorsOf(tx, organizationId, space, rows.map(nameOf))),
  };
}
