-- What a sign-in by an identity provider opens is remembered with its session.

-- It opens whatever its people belong to, and not only where it leads. Off for all that are there: one without organizations did so
-- without anybody's having said it, and opens nothing from now on until an operator says it.
alter table identity_providers add column opens_everything boolean not null default false;

-- An account that is disconnected keeps the session that asked for it: it must not become one of our own for that.
alter table federated_sessions
  drop constraint federated_sessions_identity_id_fkey,
  alter column identity_id drop not null,
  add constraint federated_sessions_identity_id_fkey
    foreign key (identity_id) references federated_identities (id) on delete set null,
  -- Those that this sign-in opened. No foreign keys: ids are never used again, and one that is gone has no members.
  add column organization_ids uuid[] not null default '{}',
  -- The provider opened everything then; it counts as long as it still does.
  add column everything boolean not null default false;
alter table federated_sessions
  alter column organization_ids drop default,
  alter column everything drop default;

-- The same, for a sign-in that waits for the person's own second factor. The first of them is where it leads.
alter table sign_in_challenges
  drop column organization_id,
  add column organization_ids uuid[],
  add column everything boolean;

-- What the sign-ins of before have opened is not known any more: they end. Row-level security holds for owners too.
select set_config('app.scope', 'instance', true);
update sessions set revoked_at = now(), updated_at = now() where method = 'sso' and revoked_at is null;
delete from sign_in_challenges where method = 'sso';

alter table sign_in_challenges
  add check ((method = 'sso') = (organization_ids is not null and everything is not null));
