import type { Feature } from '../../kernel/features.ts';
import type { MaintenanceMode } from '../../platform/operating/port.ts';

export interface OperationsTables {
  /** `feature`: what an older or newer version may have known under another name too. */
  instance_features: { feature: string; is_on: boolean; updated_at: string };
  organization_features: { organization_id: string; feature: string; is_on: boolean; updated_at: string };
  instance_maintenance: { only_row: true; mode: MaintenanceMode; message: string; since: string };
}

/** What operators said of a feature; where `organizationId` is null, of the whole instance. */
export interface FeatureSetting {
  readonly organizationId: string | null;
  readonly feature: Feature;
  readonly on: boolean;
}
