/** Rows of migration 0002. */
export interface TaskRow {
  organization_id: string;
  id: string;
  kind: string;
  queue: string;
  title: string;
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  done: number;
  total: number;
  unit: string;
  message: string;
  attempt: number;
  max_attempts: number;
  cancel_requested: boolean;
  error_code: string | null;
  error_message: string | null;
  result: Record<string, unknown> | null;
  payload: Record<string, unknown>;
  created_by: string | null;
  request_id: string;
  created_at: string;
  updated_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface TaskTables {
  tasks: TaskRow;
}
