-- Identity providers that operators trust, whom they vouch for, and what their webhooks have said.

create table identity_providers (
  id uuid primary key,
  -- Part of the addresses: /auth/oidc/{slug}/callback.
  slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  label text not null check (char_length(label) between 1 and 200),
  enabled boolean not null,
  -- Exactly as in the provider's discovery document and in the `iss` of its tokens.
  issuer text not null,
  -- Of our registration there; null where nobody signs in by it in the browser.
  client_id text,
  -- Sealed; null for a public client.
  client_secret bytea,
  scopes text[] not null,
  -- The `aud` of access tokens that are accepted as bearer tokens; null where none are.
  bearer_audience text,
  -- Paths into the claims, one member name an element; null: not from claims.
  organization_claim text[],
  role_claim text[],
  -- {"value of the claim": "role"}
  roles jsonb not null,
  -- For whom no value matches; null: they are not let in.
  default_role text check (default_role in ('admin', 'power', 'regular', 'guest')),
  sync_roles boolean not null,
  create_users boolean not null,
  link_verified_email boolean not null,
  -- Its addresses count as verified without its saying so.
  trust_email boolean not null,
  -- Empty: any.
  email_domains text[] not null,
  -- Whoever comes from it has shown a second factor there, without its saying so; and values of `acr` by which it says so.
  trust_second_factor boolean not null,
  second_factor_acr text[] not null,
  webhook_format text check (webhook_format in ('standard', 'auth0')),
  -- A sealed JSON list of secrets, all of them valid: two while one is being replaced.
  webhook_secrets bytea,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint identity_providers_slug unique (slug),
  check (cardinality(email_domains) > 0 or not trust_email),
  check ((webhook_format is null) = (webhook_secrets is null))
);
create index identity_providers_by_creation on identity_providers (created_at, id);
-- A bearer token says its issuer and nothing else by which to find the provider.
create unique index identity_providers_bearer on identity_providers (issuer) where bearer_audience is not null;

-- Where a provider leads.
create table identity_provider_organizations (
  organization_id uuid not null references organizations (id) on delete cascade,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  -- A value of the organization claim; '': whatever the claim says.
  claim_value text not null,
  primary key (organization_id, provider_id, claim_value)
);
create index identity_provider_organizations_by_provider on identity_provider_organizations (provider_id, claim_value);

-- Who a person is elsewhere. A subject belongs to its issuer (OpenID Connect Core, 5.7).
create table federated_identities (
  issuer text not null,
  subject text not null check (char_length(subject) between 1 and 255),
  id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  -- As the provider gave it last; only shown.
  email text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (issuer, subject),
  constraint federated_identities_id unique (id)
);
create index federated_identities_by_user on federated_identities (user_id, created_at);
create index federated_identities_by_provider on federated_identities (provider_id);

-- Which provider opened a session; sessions that are not here were opened by ourselves.
create table federated_sessions (
  session_id uuid primary key references sessions (id) on delete cascade,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  identity_id uuid not null references federated_identities (id) on delete cascade,
  -- The provider's own session, which its back-channel logout names.
  provider_session text,
  -- Shown at the provider, by its word.
  second_factor boolean not null
);
create index federated_sessions_by_identity on federated_sessions (identity_id);
create index federated_sessions_by_provider on federated_sessions (provider_id, provider_session);

-- A sign-in by a provider that waits for the person's own second factor: what its session will be.
alter table sign_in_challenges
  drop constraint sign_in_challenges_method_check,
  add constraint sign_in_challenges_method_check check (method in ('password', 'link', 'sso')),
  add column provider_id uuid references identity_providers (id) on delete cascade,
  add column identity_id uuid references federated_identities (id) on delete cascade,
  add column provider_session text,
  add column organization_id uuid references organizations (id) on delete cascade,
  add check ((method = 'sso') = (provider_id is not null and identity_id is not null));
create index sign_in_challenges_by_provider on sign_in_challenges (provider_id, provider_session);
create index sign_in_challenges_by_identity on sign_in_challenges (identity_id);
create index sign_in_challenges_by_organization on sign_in_challenges (organization_id);

-- Memberships that a provider gave. The row stays when an admin removes the member: then the provider does not bring them back.
create table provisioned_memberships (
  organization_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  provider_id uuid not null references identity_providers (id) on delete cascade,
  created_at timestamptz not null,
  primary key (organization_id, user_id, provider_id)
);
create index provisioned_memberships_by_user on provisioned_memberships (user_id, provider_id);
create index provisioned_memberships_by_provider on provisioned_memberships (provider_id);

-- How far a subject's webhooks have come: an older one changes nothing any more.
create table federated_subjects (
  provider_id uuid not null references identity_providers (id) on delete cascade,
  subject text not null check (char_length(subject) between 1 and 255),
  -- When the newest event that was applied happened there.
  event_at timestamptz not null,
  deleted_at timestamptz,
  primary key (provider_id, subject)
);

-- Messages that have been seen: each is applied once.
create table federation_messages (
  provider_id uuid not null references identity_providers (id) on delete cascade,
  message_id text not null check (char_length(message_id) between 1 and 255),
  received_at timestamptz not null,
  primary key (provider_id, message_id)
);
create index federation_messages_by_time on federation_messages (received_at);

-- Its members reach it only through one of its providers.
alter table organizations add column sso_only boolean not null default false;

alter table identity_providers enable row level security;
alter table identity_providers force row level security;
create policy own on identity_providers using (app_is_instance()) with check (app_is_instance());

alter table identity_provider_organizations enable row level security;
alter table identity_provider_organizations force row level security;
create policy own on identity_provider_organizations
  using (organization_id = app_organization() or app_is_instance())
  with check (app_is_instance());

alter table federated_identities enable row level security;
alter table federated_identities force row level security;
create policy own on federated_identities
  using (user_id = app_user() or app_is_instance())
  with check (app_is_instance());

alter table federated_sessions enable row level security;
alter table federated_sessions force row level security;
create policy own on federated_sessions using (app_is_instance()) with check (app_is_instance());

alter table provisioned_memberships enable row level security;
alter table provisioned_memberships force row level security;
create policy own on provisioned_memberships using (app_is_instance()) with check (app_is_instance());

alter table federated_subjects enable row level security;
alter table federated_subjects force row level security;
create policy own on federated_subjects using (app_is_instance()) with check (app_is_instance());

alter table federation_messages enable row level security;
alter table federation_messages force row level security;
create policy own on federation_messages using (app_is_instance()) with check (app_is_instance());

grant select, insert, update, delete on identity_providers, federated_identities to scriptorium_app;
grant select, insert, delete on identity_provider_organizations, federated_sessions, provisioned_memberships, federation_messages
  to scriptorium_app;
grant select, insert, update on federated_subjects to scriptorium_app;
