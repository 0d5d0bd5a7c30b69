-- Long work that a person can watch, cancel and retry. The queue's own tables hold only ids; what a tenant sees is here.
create table tasks (
  organization_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  kind text not null,
  queue text not null,
  title text not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  done integer not null default 0,
  total integer not null default 0,
  unit text not null default '',
  message text not null default '',
  attempt integer not null default 0,
  max_attempts integer not null default 1,
  cancel_requested boolean not null default false,
  error_code text,
  error_message text,
  result jsonb,
  -- What retry needs to begin again: ids only.
  payload jsonb not null default '{}',
  created_by uuid,
  request_id text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  primary key (organization_id, id)
);
create index tasks_newest on tasks (organization_id, created_at desc, id desc);
create index tasks_by_status on tasks (organization_id, status, created_at desc, id desc);
create index tasks_by_kind on tasks (organization_id, kind, created_at desc, id desc);

alter table tasks enable row level security;
alter table tasks force row level security;
create policy tenant on tasks
  using (organization_id = app_organization()) with check (organization_id = app_organization());
grant select, insert, update, delete on tasks to scriptorium_app;
