-- Calls to models: tokens and cost for each organization, however the call ended.
create table ai_usage (
  organization_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  -- The person or the key's owner; null for the product's own work. Kept when the person leaves: the bill stays.
  user_id uuid,
  request_id text not null,
  role text not null check (role in ('chat', 'fast', 'judge', 'embed', 'image', 'rerank')),
  -- What the call was for: 'ask', 'embed', …
  purpose text not null,
  -- 'provider:model'
  model text not null,
  outcome text not null check (outcome in ('completed', 'truncated', 'refused', 'failed', 'aborted')),
  input_tokens integer not null check (input_tokens >= 0),
  output_tokens integer not null check (output_tokens >= 0),
  -- The server did not report all tokens, so some are counted from the text.
  estimated boolean not null,
  -- Micro-units of the currency; null where no price is known.
  cost_micros bigint check (cost_micros >= 0),
  currency text not null,
  duration_ms integer not null check (duration_ms >= 0),
  created_at timestamptz not null default now(),
  primary key (organization_id, id)
);
create index ai_usage_newest on ai_usage (organization_id, created_at desc);

alter table ai_usage enable row level security;
alter table ai_usage force row level security;
create policy tenant on ai_usage
  using (organization_id = app_organization()) with check (organization_id = app_organization());
-- A record of what was spent is neither changed nor taken away by the app.
grant select, insert on ai_usage to scriptorium_app;
