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

/** Where cosines come from. Both give one number for each row of the index, 0 where none is known. */
export interface CosineSource {
  /** At least of the `depth` nearest rows and of the candidates. */
  cosines(query: Float32Array, candidates: readonly number[], depth: number): Promise<Float32Array>;
  /** Vectors of rows; those without one are left out. */
  vectors(rows: readonly number[]): Promise<readonly Float32Array[]>;
}

/** Every vector is in memory: exact, and no organization can crowd out another. */
export function memoryCosines(index: OrganizationIndex): CosineSource {
  const { vectors } = index;
  return {
    cosines: async (query) => vectors?.cosines(query, index.rows) ?? new Float32Array(index.rows),
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
    cosines: async (query, candidates, depth) => {
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
      return cosines;
    },
    vectors: (rows) => uow.read(actor, (tx) => vectorsOf(tx, organizationId, space, rows.map(nameOf))),
  };
}
