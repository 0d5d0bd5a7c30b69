-- Organizations that are closed and wait for their deletion, invitations into them, and archives of all that they hold.

alter table organizations
  -- Who may see the members: the people here from `regular` up, or the admins alone.
  add column member_directory text not null default 'members' check (member_directory in ('members', 'admins')),
  -- From then on only admins get in, and only to export and restore.
  add column closed_at timestamptz,
  -- From then on it is deleted for good.
  add column delete_after timestamptz,
  add constraint organizations_closing check ((closed_at is null) = (delete_after is null));
create index organizations_due on organizations (delete_after) where delete_after is not null;

create index memberships_oldest on memberships (organization_id, created_at, user_id);
create index memberships_admins on memberships (organization_id, user_id) where role = 'admin';

create table invitations (
  organization_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  -- Null: for whoever has the link.
  email text,
  -- Lower-cased and NFKC.
  email_key text,
  role text not null check (role in ('admin', 'power', 'regular', 'guest')),
  message text not null default '' check (char_length(message) <= 1000),
  -- SHA-256 of the token.
  token_hash bytea not null check (octet_length(token_hash) = 32),
  -- The invitation by link that somebody who was not signed in gave their address to: this one proves the address.
  link_id uuid,
  invited_by uuid not null,
  -- When the token that counts was made.
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, link_id) references invitations (organization_id, id) on delete cascade,
  check ((email is null) = (email_key is null)),
  check (link_id is null or email is not null)
);
-- Across organizations: the token alone says where it leads. No oracle, because nobody chooses a token.
create unique index invitations_by_token on invitations (token_hash);
create unique index invitations_open on invitations (organization_id, email_key) where accepted_at is null and revoked_at is null;
create index invitations_newest on invitations (organization_id, created_at desc, id desc);
create index invitations_by_link on invitations (organization_id, link_id) where link_id is not null;
create index invitations_by_inviter on invitations (organization_id, invited_by) where accepted_at is null and revoked_at is null;
create index invitations_by_expiry on invitations (expires_at);

-- Archives of all that an organization holds, made by a task.
create table organization_exports (
  organization_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  task_id uuid not null,
  -- Null until the task has made it.
  storage_key text,
  size bigint,
  sha256 text,
  created_by uuid,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);
create index organization_exports_newest on organization_exports (organization_id, created_at desc, id desc);
create index organization_exports_by_expiry on organization_exports (expires_at);
create index organization_exports_by_key on organization_exports (organization_id, storage_key) where storage_key is not null;

alter table invitations enable row level security;
alter table invitations force row level security;
-- The instance: whoever accepts one is not in the organization yet.
create policy own on invitations
  using (organization_id = app_organization() or app_is_instance())
  with check (organization_id = app_organization() or app_is_instance());

alter table organization_exports enable row level security;
alter table organization_exports force row level security;
create policy own on organization_exports
  using (organization_id = app_organization()) with check (organization_id = app_organization());
-- The sweep may find out whose archives have expired; it removes them as that organization.
create policy sweep on organization_exports for select using (app_is_instance());

grant select, insert, update, delete on invitations, organization_exports to scriptorium_app;
