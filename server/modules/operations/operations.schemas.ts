import { type Static, Type } from 'typebox';
import { FEATURE_NAMES } from '../../kernel/features.ts';
import { Id, Nullable, OneOf, Timestamp } from '../../platform/http/schemas.ts';

const closed = { additionalProperties: false } as const;
const FeatureName = OneOf(FEATURE_NAMES);

export const FeatureView = Type.Object({
  feature: FeatureName,
  description: Type.String({ description: 'what people cannot do where it is off' }),
  on: Type.Boolean({ description: 'what holds' }),
  setting: Nullable(Type.Boolean({ description: 'what operators said here; null: nothing' })),
});
export type FeatureView = Static<typeof FeatureView>;

export const FeatureList = Type.Object({ items: Type.Array(FeatureView) });

export const FeatureParams = Type.Object({ feature: FeatureName }, closed);
export const OrganizationFeatureParams = Type.Object({ id: Id, feature: FeatureName }, closed);

export const FeatureChange = Type.Object(
  {
    on: Nullable(
      Type.Boolean({ description: 'null takes the word back: the instance’s, or the default, holds' }),
    ),
  },
  closed,
);

const Mode = OneOf(
  ['writes', 'everything'],
  '`writes`: nothing can be changed; `everything`: only operators get in',
);
const Message = Type.String({ minLength: 1, maxLength: 500, description: 'everybody is told' });

export const MaintenanceView = Type.Object({ mode: Mode, message: Type.String(), since: Timestamp });

export const MaintenanceState = Type.Object({ maintenance: Nullable(MaintenanceView) });
export type MaintenanceState = Static<typeof MaintenanceState>;

export const MaintenanceBody = Type.Object({ mode: Mode, message: Message }, closed);
export type MaintenanceBody = Static<typeof MaintenanceBody>;

/** What somebody may know who has not signed in. */
export const InstanceView = Type.Object({
  maintenance: Nullable(MaintenanceView),
  registration: Type.Boolean({ description: 'people may make accounts for themselves' }),
});
export type InstanceView = Static<typeof InstanceView>;

/** What is on for the caller. */
export const OwnFeatures = Type.Object({ features: Type.Record(Type.String(), Type.Boolean()) });
export type OwnFeatures = Static<typeof OwnFeatures>;

const Count = Type.Integer({ minimum: 0 });

export const Overview = Type.Object({
  version: Type.String(),
  node: Type.String(),
  database: Type.Object({
    kind: OneOf(['embedded', 'postgres']),
    version: Type.String(),
    bytes: Count,
  }),
  accounts: Type.Object({
    users: Count,
    disabledUsers: Count,
    operators: Count,
    organizations: Count,
    suspendedOrganizations: Count,
    openSessions: Count,
    activeApiKeys: Count,
  }),
  queue: Type.Object({
    waiting: Count,
    running: Count,
    failed: Type.Integer({ minimum: 0, description: 'given up and not yet removed' }),
    oldestWaitingSince: Nullable(Timestamp),
  }),
  storage: Type.Object({
    files: Count,
    bytes: Count,
    complete: Type.Boolean({ description: 'false: there are more files than were counted' }),
  }),
  audit: Nullable(
    Type.Object(
      {
        checkedAt: Timestamp,
        trails: Count,
        brokenTrails: Type.Integer({ minimum: 0, description: 'of them, not as they were recorded' }),
      },
      { description: 'the last nightly check of all audit trails; null before the first' },
    ),
  ),
  maintenance: Nullable(MaintenanceView),
});
export type Overview = Static<typeof Overview>;
