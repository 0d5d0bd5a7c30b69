interface FeatureDescription {
  /** What people cannot do where it is off. */
  readonly description: string;
  /** Where no operator has said anything. */
  readonly on: boolean;
}

/** What operators may switch off, for the whole instance or for one organization. A route names the one that it belongs to. */
export const FEATURES = {
  registration: { description: 'People make accounts for themselves', on: true },
  apiKeys: { description: 'API keys are made, and open what they may', on: true },
  invitations: { description: 'Admins invite people', on: true },
  uploads: { description: 'New sources come into the library', on: true },
  ask: { description: 'Questions are answered', on: true },
  exports: { description: 'Admins take all data of their organization out', on: true },
} as const satisfies Record<string, FeatureDescription>;

export type Feature = keyof typeof FEATURES;

export const FEATURE_NAMES = Object.keys(FEATURES) as readonly Feature[];
