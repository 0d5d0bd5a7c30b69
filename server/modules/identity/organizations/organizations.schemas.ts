import { type Static, Type } from 'typebox';
import { Id, Nullable, PageOf, PageQuery, Timestamp } from '../../../platform/http/schemas.ts';
import { TaskView } from '../../tasks/index.ts';
import { OrganizationSettings, OrganizationView } from '../identity.schemas.ts';
import type { ExportRow } from './organizations.tables.ts';

const Name = Type.String({ minLength: 1, maxLength: 200 });

export const NewOrganizationBody = Type.Object({ name: Name }, { additionalProperties: false });
export type NewOrganizationBody = Static<typeof NewOrganizationBody>;

export const OrganizationPatch = Type.Object(
  {
    name: Type.Optional(Name),
    settings: Type.Optional(Type.Partial(OrganizationSettings, { additionalProperties: false })),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type OrganizationPatch = Static<typeof OrganizationPatch>;

export const EnterBody = Type.Object({ organizationId: Id }, { additionalProperties: false });

/** One person rarely belongs to many: it is always the last page. */
export const OrganizationPage = PageOf(OrganizationView);

export const UsageView = Type.Object({
  organizationId: Id,
  domains: Type.Record(Type.String(), Type.Record(Type.String(), Type.Integer()), {
    description:
      'by domain, what it counts: `organization.members`, `library.sources`, `library.bytes`, `ai.inputTokens`, `ai.costMicros`',
  }),
});
export type UsageView = Static<typeof UsageView>;

export const ExportView = Type.Object({
  id: Id,
  task: Nullable(TaskView),
  ready: Type.Boolean({ description: 'there is an archive to download' }),
  size: Nullable(Type.Integer({ description: 'bytes' })),
  sha256: Nullable(Type.String()),
  expiresAt: Timestamp,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type ExportView = Static<typeof ExportView>;

export const StartedExport = Type.Object({ export: ExportView, task: TaskView });
export const ExportPage = PageOf(ExportView);
export const ExportListQuery = Type.Object(PageQuery, { additionalProperties: false });
export type ExportListQuery = Static<typeof ExportListQuery>;
export const ExportParams = Type.Object({ id: Id, exportId: Id }, { additionalProperties: false });

export function toExportView(row: ExportRow, task: TaskView | null): ExportView {
  return {
    id: row.id,
    task,
    ready: row.storage_key !== null,
    size: row.size,
    sha256: row.sha256,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
