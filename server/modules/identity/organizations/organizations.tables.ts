/** A row of migration 0009: an archive, and the task that makes it. */
export interface ExportRow {
  organization_id: string;
  id: string;
  task_id: string;
  /** Null until the task has made it. */
  storage_key: string | null;
  /** Bytes. */
  size: number | null;
  sha256: string | null;
  created_by: string | null;
  expires_at: string;
  created_at: string;
  updated_at: string;
}

export interface ExportTables {
  organization_exports: ExportRow;
}
