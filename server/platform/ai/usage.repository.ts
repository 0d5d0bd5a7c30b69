import { sql } from 'kysely';
import type { OrganizationActor } from '../../kernel/actor.ts';
import { queryBuilder } from '../db/index.ts';
import type { Tx } from '../db/port.ts';

/** A row of `ai_usage`: one call to a model, however it ended. */
export interface AiUsageTable {
  organization_id: string;
  id: string;
  user_id: string | null;
  request_id: string;
  role: string;
  purpose: string;
  /** `provider:model`. */
  model: string;
  outcome: string;
  input_tokens: number;
  output_tokens: number;
  /** The server did not report all tokens, so some are estimated. */
  estimated: boolean;
  /** Micro-units of `currency`, null where no price is known. */
  cost_micros: number | null;
  currency: string;
  duration_ms: number;
  created_at: Date;
}

export interface AiTables {
  ai_usage: AiUsageTable;
}

export interface UsageRow {
  readonly id: string;
  readonly role: string;
  readonly purpose: string;
  readonly model: string;
  readonly outcome: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly estimated: boolean;
  readonly costMicros: number | null;
  readonly currency: string;
  readonly durationMs: number;
  readonly createdAt: Date;
}

export async function insertUsage(tx: Tx, actor: OrganizationActor, row: UsageRow): Promise<void> {
  await queryBuilder<AiTables>(tx)
    .insertInto('ai_usage')
    .values({
      organization_id: actor.organizationId,
      id: row.id,
      user_id: actor.userId,
      request_id: actor.requestId,
      role: row.role,
      purpose: row.purpose,
      model: row.model,
      outcome: row.outcome,
      input_tokens: row.inputTokens,
      output_tokens: row.outputTokens,
      estimated: row.estimated,
      cost_micros: row.costMicros,
      currency: row.currency,
      duration_ms: row.durationMs,
      created_at: row.createdAt,
    })
    .execute();
}

export type StoredUsage = Omit<AiUsageTable, 'organization_id'>;

/** Calls to models, oldest id first. */
export async function pageOfUsage(
  tx: Tx,
  organizationId: string,
  after: string | undefined,
  limit: number,
): Promise<StoredUsage[]> {
  let select = queryBuilder<AiTables>(tx)
    .selectFrom('ai_usage')
    .select([
      ...(['id', 'user_id', 'request_id', 'role', 'purpose', 'model', 'outcome'] as const),
      ...(['input_tokens', 'output_tokens', 'estimated', 'cost_micros', 'currency', 'duration_ms'] as const),
      'created_at',
    ])
    .where('organization_id', '=', organizationId);
  if (after !== undefined) select = select.where('id', '>', after);
  return select.orderBy('id').limit(limit).execute();
}

/** What an organization has used of models since its beginning. Calls without a known price cost nothing here. */
export async function sumUsage(
  tx: Tx,
  organizationId: string,
): Promise<{ calls: number; inputTokens: number; outputTokens: number; costMicros: number }> {
  return queryBuilder<AiTables>(tx)
    .selectFrom('ai_usage')
    .select([
      sql<number>`count(*)`.as('calls'),
      sql<number>`coalesce(sum(input_tokens), 0)::int8`.as('inputTokens'),
      sql<number>`coalesce(sum(output_tokens), 0)::int8`.as('outputTokens'),
      sql<number>`coalesce(sum(cost_micros), 0)::int8`.as('costMicros'),
    ])
    .where('organization_id', '=', organizationId)
    .executeTakeFirstOrThrow();
}
