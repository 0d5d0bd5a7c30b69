-- Answers to POST requests that carried an Idempotency-Key, kept for a day so that a repeated request gets the first answer.
create table idempotency_keys (
  organization_id uuid not null references organizations (id) on delete cascade,
  -- SHA-256 of who asked, method, path and key.
  key_hash bytea not null check (octet_length(key_hash) = 32),
  -- SHA-256 of what was sent.
  request_hash bytea not null check (octet_length(request_hash) = 32),
  -- The one request that may answer: a new value when another takes over.
  claim uuid not null,
  -- Until when the first request counts as running; it renews this itself.
  leased_until timestamptz not null,
  -- Null while the first request runs.
  status smallint check (status between 200 and 499),
  headers jsonb,
  -- Null for an empty body, and for one that was too large to keep.
  body text,
  too_large boolean not null default false,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, key_hash)
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy tenant on idempotency_keys
  using (organization_id = app_organization()) with check (organization_id = app_organization());
-- The sweep may remove what has expired, of all tenants, and read none of it.
create policy sweep on idempotency_keys for delete using (app_is_instance() and expires_at < now());
grant select, insert, update, delete on idempotency_keys to scriptorium_app;
