import type { Logger } from 'pino';
import type { Actor } from '../../kernel/actor.ts';
import type { AuditLog, AuditTrail } from '../../platform/audit/index.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import { requireInstance } from './audit.policy.ts';
import type { AuditApi, SelfCheck, TrailVerification } from './index.ts';

/** What is said of each check, in the instance's trail. */
const CHECKED = 'audit.checked';
/** Broken trails that are named in it; the log names them all. */
const MOST_NAMED = 20;

export interface SelfCheckDependencies {
  readonly uow: UnitOfWork;
  readonly log: Pick<AuditLog, 'list'>;
  readonly trail: AuditTrail;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly verifyAll: AuditApi['verifyAll'];
}

/** The product's own look at all trails. What it finds is an event itself, so that nobody can take it back unnoticed. */
export function createSelfCheck(
  dependencies: SelfCheckDependencies,
): Pick<AuditApi, 'selfCheck' | 'lastSelfCheck'> {
  const { uow, log, trail, logger, verifyAll } = dependencies;
  return { selfCheck, lastSelfCheck };

  async function selfCheck(actor: Actor, signal: AbortSignal): Promise<void> {
    const instance = requireInstance(actor);
    let trails = 0;
    const broken: Pick<TrailVerification, 'organizationId' | 'broken'>[] = [];
    for await (const verified of verifyAll(instance, undefined, signal)) {
      trails += 1;
      if (verified.broken === null) continue;
      const found = { organizationId: verified.organizationId, broken: verified.broken };
      logger.error(found, 'the audit trail is not as it was recorded');
      broken.push(found);
    }
    await uow.write(instance, (tx) =>
      trail.record(tx, instance, {
        action: CHECKED,
        organizationId: null,
        outcome: broken.length === 0 ? 'succeeded' : 'denied',
        details: { trails, brokenTrails: broken.length, broken: broken.slice(0, MOST_NAMED) },
      }),
    );
    logger.info({ trails, brokenTrails: broken.length }, 'audit trails checked');
  }

  async function lastSelfCheck(actor: Actor): Promise<SelfCheck | null> {
    const [event] = await log.list(requireInstance(actor), { action: CHECKED }, {}, 1);
    if (!event) return null;
    const { trails, brokenTrails } = event.details ?? {};
    return { checkedAt: event.occurredAt, trails: Number(trails), brokenTrails: Number(brokenTrails) };
  }
}
