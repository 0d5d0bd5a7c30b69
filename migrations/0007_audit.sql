-- Who did what: one append-only trail for each organization, and one for the instance itself, whose organization_id is the
-- Nil UUID (RFC 9562, 5.9). A trail is a chain: each event carries a MAC over itself and the MAC before it, under a key
-- that the database never sees. No foreign keys: what was done outlives whom and what it was done to.

create function app_audit_trail() returns uuid language sql stable parallel safe
  return coalesce(app_organization(), case when app_is_instance() then '00000000-0000-0000-0000-000000000000'::uuid end);

-- Where a trail ends and, once retention has removed its beginning, where it starts. Writers of one trail take turns here.
create table audit_trails (
  organization_id uuid primary key,
  -- Of the last event; 0 before the first.
  sequence bigint not null default 0 check (sequence >= 0),
  -- The last event's MAC; null before the first.
  hash bytea check (octet_length(hash) = 32),
  -- Events up to this one were removed; the next one continues from removed_hash.
  removed_until bigint not null default 0 check (removed_until between 0 and sequence),
  removed_hash bytea check (octet_length(removed_hash) = 32),
  -- MAC over all of the above, and the key that it was made with: a shorter trail cannot be passed off as the whole.
  seal bytea check (octet_length(seal) = 32),
  key_id text,
  created_at timestamptz not null default now()
) with (fillfactor = 50);

create table audit_events (
  organization_id uuid not null,
  -- From 1, without gaps.
  sequence bigint not null check (sequence > 0),
  id uuid not null,
  occurred_at timestamptz not null,
  action text collate "C" not null,
  outcome text not null check (outcome in ('succeeded', 'denied')),
  actor_kind text not null,
  user_id uuid,
  -- A session or an API key.
  credential_id text,
  address text,
  request_id text not null,
  target_type text,
  target_id text,
  before jsonb,
  after jsonb,
  details jsonb,
  previous_hash bytea check (octet_length(previous_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  -- Which key the hash was made with.
  key_id text not null,
  primary key (organization_id, sequence)
);
create index audit_events_by_action on audit_events (organization_id, action, sequence);
create index audit_events_by_user on audit_events (organization_id, user_id, sequence);
create index audit_events_by_target on audit_events (organization_id, target_type, target_id, sequence);
create index audit_events_by_address on audit_events (organization_id, address, sequence);
create index audit_events_by_time on audit_events (organization_id, occurred_at);
create index audit_events_denied on audit_events (organization_id, sequence) where outcome = 'denied';

-- The product itself finds out where every trail ends, and writes into a trail before anybody has signed in; what a trail
-- holds is read only as its organization.
alter table audit_trails enable row level security;
alter table audit_trails force row level security;
create policy own on audit_trails
  using (organization_id = app_audit_trail() or app_is_instance())
  with check (organization_id = app_audit_trail() or app_is_instance());

alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy own on audit_events
  using (organization_id = app_audit_trail())
  with check (organization_id = app_audit_trail() or app_is_instance());

grant select, insert, update on audit_trails to scriptorium_app;
grant select, insert on audit_events to scriptorium_app;

-- Whoever may do more than the app (a mistaken grant, the owner's own hand) is refused too.
create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
end
$$;
create function audit_refuse_early_removal() returns trigger language plpgsql as $$
begin
  if exists (select from audit_trails t
    where t.organization_id = old.organization_id and t.removed_until >= old.sequence) then
    return old;
  end if;
  raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
end
$$;
create function audit_refuse_going_back() returns trigger language plpgsql as $$
begin
  if new.organization_id = old.organization_id and new.sequence >= old.sequence
    and new.removed_until >= old.removed_until then
    return new;
  end if;
  raise exception 'an audit trail does not go back' using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update on audit_events for each row execute function audit_refuse();
create trigger removed_in_order before delete on audit_events
  for each row execute function audit_refuse_early_removal();
create trigger never_emptied before truncate on audit_events for each statement execute function audit_refuse();
create trigger forward_only before update on audit_trails for each row execute function audit_refuse_going_back();
create trigger never_removed before delete on audit_trails for each row execute function audit_refuse();
create trigger never_emptied before truncate on audit_trails for each statement execute function audit_refuse();

-- Whether the organization of a trail is gone, as the instance or that organization sees it.
create function audit_is_abandoned(trail uuid) returns boolean language sql stable
  return trail <> '00000000-0000-0000-0000-000000000000' and not exists (select from organizations o where o.id = trail);

-- Retention: removes what the trail's head says is removed, of the caller's own trail; as long as there is an organization,
-- nothing younger than 28 days, whatever the caller claims (the least retention is 30, and clocks differ). The head stays
-- for good. Gives the number of events removed.
create function audit_remove() returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  trail uuid := app_audit_trail();
  removed bigint;
begin
  delete from audit_events e using audit_trails t
    where t.organization_id = trail and e.organization_id = trail and e.sequence <= t.removed_until
      and (e.occurred_at < now() - interval '28 days' or audit_is_abandoned(trail));
  get diagnostics removed = row_count;
  return removed;
end
$$;
revoke execute on function audit_remove() from public;
grant execute on function audit_remove() to scriptorium_app;
