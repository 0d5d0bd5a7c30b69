-- The app role, and who may be here: organizations, people, memberships, sign-ins.
-- Policies read three settings that the unit of work sets for one transaction:
--   app.organization  the tenant, or ''      app.user  the person, or ''
--   app.scope         'organization', or 'instance' for the product itself (sign-in, start-up, sweeps)

create extension if not exists vector;

-- Roles belong to the whole server: another of its databases may have made it, or be making it at this moment.
do $$
begin
  create role scriptorium_app nologin nosuperuser nobypassrls;
exception
  when duplicate_object or unique_violation then null;
end
$$;

grant usage on schema public to scriptorium_app;
grant select on schema_migrations to scriptorium_app;

create function app_organization() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.organization', true), '')::uuid;
create function app_user() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.user', true), '')::uuid;
create function app_is_instance() returns boolean language sql stable parallel safe
  return coalesce(current_setting('app.scope', true) = 'instance', false);

create table organizations (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 200),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table users (
  id uuid primary key,
  email text not null,
  -- Lower-cased and NFKC: what sign-in compares.
  email_key text not null,
  name text not null check (char_length(name) between 1 and 200),
  -- Argon2id in PHC form; null where the person signs in by link or, later, elsewhere.
  password_hash text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_email_key unique (email_key)
);

create table memberships (
  organization_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role text not null check (role in ('admin', 'power', 'regular', 'guest')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);
create index memberships_by_user on memberships (user_id, organization_id);

-- A sign-in: one row for each family of refresh tokens. The tokens themselves are computed from the server's key, the seed
-- and the generation, so that this row alone makes none, and every token that was ever given out is recognised.
create table sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  organization_id uuid not null references organizations (id) on delete cascade,
  refresh_seed bytea not null check (octet_length(refresh_seed) = 32),
  -- How often it was rotated; an older token than this one was used before.
  generation integer not null default 0 check (generation >= 0),
  rotated_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index sessions_by_user on sessions (user_id, created_at);
create index sessions_by_expiry on sessions (expires_at);

-- One-time links: the first start prints one; later e-mail verification and password reset use them too.
create table sign_in_links (
  -- SHA-256 of the token.
  token_hash bytea primary key,
  user_id uuid not null references users (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create index sign_in_links_by_expiry on sign_in_links (expires_at);
create index sign_in_links_by_user on sign_in_links (user_id);

alter table organizations enable row level security;
alter table organizations force row level security;
create policy own on organizations
  using (id = app_organization() or app_is_instance()
    or exists (select from memberships m where m.organization_id = organizations.id and m.user_id = app_user()))
  with check (id = app_organization() or app_is_instance());

alter table memberships enable row level security;
alter table memberships force row level security;
create policy own on memberships
  using (organization_id = app_organization() or user_id = app_user() or app_is_instance())
  with check (organization_id = app_organization() or app_is_instance());

alter table users enable row level security;
alter table users force row level security;
create policy own on users
  using (id = app_user() or app_is_instance()
    or exists (select from memberships m where m.user_id = users.id and m.organization_id = app_organization()))
  with check (id = app_user() or app_is_instance());

alter table sessions enable row level security;
alter table sessions force row level security;
create policy own on sessions
  using (user_id = app_user() or app_is_instance())
  with check (user_id = app_user() or app_is_instance());

alter table sign_in_links enable row level security;
alter table sign_in_links force row level security;
create policy own on sign_in_links using (app_is_instance()) with check (app_is_instance());

grant select, insert, update, delete on organizations, users, memberships, sessions, sign_in_links to scriptorium_app;
