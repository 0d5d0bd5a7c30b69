import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { FEATURE_NAMES, FEATURES, type Feature } from '../../kernel/features.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Maintenance } from '../../platform/operating/port.ts';
import { requireOperator } from './operations.policy.ts';
import {
  announceChange,
  isUnknownOrganization,
  readFeatures,
  readMaintenance,
  writeFeature,
  writeMaintenance,
} from './operations.repository.ts';
import type { FeatureView, MaintenanceBody, OwnFeatures } from './operations.schemas.ts';
import type { CachedOperatingState } from './operations.state.ts';
import type { FeatureSetting } from './operations.tables.ts';

/** What is open and what is closed. What changes something throws `operations.not_allowed` for who is no operator. */
export interface Operations {
  /** Of the instance, or of one organization. */
  features(actor: Actor, organizationId: string | null): readonly FeatureView[];
  /** `on` null takes the word back. Throws `operations.organization_not_found`. */
  setFeature(actor: Actor, change: FeatureChange): Promise<FeatureView>;
  maintenance(): Maintenance | null;
  /** Null ends it. */
  setMaintenance(actor: Actor, wanted: MaintenanceBody | null): Promise<void>;
  /** What is on for the caller; for who has not signed in, what is on for the instance. */
  ownFeatures(actor: Actor): OwnFeatures['features'];
}

export interface FeatureChange {
  readonly organizationId: string | null;
  readonly feature: Feature;
  readonly on: boolean | null;
}

export interface OperationsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly state: CachedOperatingState;
  readonly clock: Clock;
}

export function createOperations({ uow, audit, state, clock }: OperationsDependencies): Operations {
  return { features, setFeature, maintenance: state.maintenance, setMaintenance, ownFeatures };

  function features(actor: Actor, organizationId: string | null): readonly FeatureView[] {
    requireOperator(actor);
    return FEATURE_NAMES.map((feature) => viewOf(feature, organizationId));
  }

  function viewOf(feature: Feature, organizationId: string | null): FeatureView {
    return {
      feature,
      description: FEATURES[feature].description,
      on: state.isOn(feature, organizationId),
      setting: state.setting(feature, organizationId),
    };
  }

  async function setFeature(actor: Actor, change: FeatureChange): Promise<FeatureView> {
    const instance = requireOperator(actor);
    const { organizationId, feature, on } = change;
    await uow
      .write(instance, async (tx) => {
        const before = settingIn(await readFeatures(tx), change);
        await writeFeature(tx, change, clock().toISOString());
        await announceChange(tx);
        const target = { type: 'organization', id: organizationId ?? 'all' };
        await audit.record(tx, actor, {
          action: 'feature.changed',
          organizationId: null,
          target,
          before: { [feature]: before },
          after: { [feature]: on },
        });
      })
      .catch((error: unknown) => {
        throw isUnknownOrganization(error) ? organizationNotFound() : error;
      });
    await state.refresh();
    return viewOf(feature, organizationId);
  }

  async function setMaintenance(actor: Actor, wanted: MaintenanceBody | null): Promise<void> {
    const instance = requireOperator(actor);
    await uow.write(instance, async (tx) => {
      const before = await readMaintenance(tx);
      const since = before?.since ?? clock().toISOString();
      await writeMaintenance(tx, wanted && { ...wanted, since });
      await announceChange(tx);
      await audit.record(tx, actor, {
        action: wanted ? 'maintenance.begun' : 'maintenance.ended',
        organizationId: null,
        ...(before ? { before: { mode: before.mode, message: before.message } } : {}),
        ...(wanted ? { after: { ...wanted } } : {}),
      });
    });
    await state.refresh();
  }

  function ownFeatures(actor: Actor): OwnFeatures['features'] {
    return Object.fromEntries(
      FEATURE_NAMES.map((feature) => [feature, state.isOn(feature, actor.organizationId)]),
    );
  }
}

function settingIn(
  settings: readonly FeatureSetting[],
  { organizationId, feature }: FeatureChange,
): boolean | null {
  const setting = settings.find((one) => one.organizationId === organizationId && one.feature === feature);
  return setting?.on ?? null;
}

function organizationNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'operations.organization_not_found',
    safeMessage: 'There is no such organization.',
  });
}
