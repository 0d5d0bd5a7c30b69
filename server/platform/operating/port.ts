import type { Feature } from '../../kernel/features.ts';

/** While operators work on the instance. `writes`: nothing can be changed; `everything`: only operators get in. */
export type MaintenanceMode = 'writes' | 'everything';

export interface Maintenance {
  readonly mode: MaintenanceMode;
  /** For everybody, in the operator's words. */
  readonly message: string;
  /** RFC 3339. */
  readonly since: string;
}

/** What operators have closed. Answers from memory, because every request asks. */
export interface OperatingState {
  /** Null while the instance works as usual. */
  maintenance(): Maintenance | null;
  /** `organizationId`: null where nobody has signed in. */
  isOn(feature: Feature, organizationId: string | null): boolean;
}
