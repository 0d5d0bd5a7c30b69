-- API keys; who runs the instance and what they have closed: people, organizations, features, the whole instance.

alter table users
  -- May use the operators' endpoints. Set by the command line or another operator, never by anything that a person sends about themselves.
  add column operator boolean not null default false,
  -- Signs in nowhere; sessions have ended and keys are dead while it is set.
  add column disabled_at timestamptz;

alter table organizations
  -- Nobody gets in while it is set.
  add column suspended_at timestamptz,
  -- Told to its people.
  add column suspended_reason text check (char_length(suspended_reason) between 1 and 500);

create table api_keys (
  organization_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  name text not null check (char_length(name) between 1 and 200),
  -- The part of the key that is shown, to recognise it by.
  prefix text not null,
  -- SHA-256 of the whole key: 256 random bits need no slow hash.
  token_hash bytea not null check (octet_length(token_hash) = 32),
  -- The most that it may; its person's role where that is lower.
  role text not null check (role in ('admin', 'power', 'regular', 'guest')),
  scopes text[] not null,
  -- Null: it does not expire.
  expires_at timestamptz,
  revoked_at timestamptz,
  -- To the minute, written some seconds late.
  last_used_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  -- Whoever leaves the organization has no keys there, also when they come back.
  foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
);
-- Across organizations: the key alone says where it belongs. No oracle, because nobody chooses a key.
create unique index api_keys_by_hash on api_keys (token_hash);
create index api_keys_by_user on api_keys (organization_id, user_id, created_at, id);
create index api_keys_by_creation on api_keys (organization_id, created_at, id);

alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy own on api_keys
  using (organization_id = app_organization() or app_is_instance())
  with check (organization_id = app_organization() or app_is_instance());
grant select, insert, update on api_keys to scriptorium_app;
