import type { UnitOfWork } from '../db/index.ts';
import { jsonLines, type TenantData } from '../tenant-data/index.ts';
import { pageOfUsage, type StoredUsage, sumUsage } from './usage.repository.ts';

/** The part of an archive that tells of models: `usage.jsonl`, a call a line. */
export function aiUsageData(uow: UnitOfWork): TenantData {
  return {
    domain: 'ai',
    usage: (actor) => uow.read(actor, (tx) => sumUsage(tx, actor.organizationId)),
    files: async function* (actor) {
      yield jsonLines<StoredUsage>(
        'usage.jsonl',
        (last, limit) => uow.read(actor, (tx) => pageOfUsage(tx, actor.organizationId, last?.id, limit)),
        (row) => ({
          id: row.id,
          userId: row.user_id,
          requestId: row.request_id,
          role: row.role,
          purpose: row.purpose,
          model: row.model,
          outcome: row.outcome,
          inputTokens: row.input_tokens,
          outputTokens: row.output_tokens,
          estimated: row.estimated,
          costMicros: row.cost_micros,
          currency: row.currency,
          durationMs: row.duration_ms,
          createdAt: row.created_at,
        }),
      );
    },
  };
}
