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

create index users_by_creation on users (created_at, id);
create index organizations_by_creation on organizations (created_at, id);

-- What operators have switched on or off. Where nothing stands, the product's own default holds; an organization's word
-- goes before the instance's. Everything here is of the instance: tenants neither read nor write it.
create table instance_features (
  feature text primary key,
  is_on boolean not null,
  updated_at timestamptz not null
);
create table organization_features (
  organization_id uuid not null references organizations (id) on delete cascade,
  feature text not null,
  is_on boolean not null,
  updated_at timestamptz not null,
  primary key (organization_id, feature)
);
-- One row while operators work on the instance; none otherwise.
create table instance_maintenance (
  only_row boolean primary key default true check (only_row),
  mode text not null check (mode in ('writes', 'everything')),
  message text not null check (char_length(message) between 1 and 500),
  since timestamptz not null
);

alter table instance_features enable row level security;
alter table instance_features force row level security;
create policy instance on instance_features using (app_is_instance()) with check (app_is_instance());
alter table organization_features enable row level security;
alter table organization_features force row level security;
create policy instance on organization_features using (app_is_instance()) with check (app_is_instance());
alter table instance_maintenance enable row level security;
alter table instance_maintenance force row level security;
create policy instance on instance_maintenance using (app_is_instance()) with check (app_is_instance());
grant select, insert, update, delete on instance_features, organization_features, instance_maintenance to scriptorium_app;
