-- Accounts: mail on its way out, proofs of an address, passwords that are reset, second factors, and where sign-ins are used.

alter table users
  -- Null: nobody has shown yet that they read what is sent there.
  add column email_verified_at timestamptz,
  -- Null: no second factor. A copy of second_factors.confirmed_at, because it is read before every request.
  add column second_factor_at timestamptz;

alter table organizations
  -- Its people get in with a second factor only.
  add column require_second_factor boolean not null default false;

alter table sessions
  -- How it was opened. Who came from elsewhere has shown a second factor there, or not, as that place decides.
  add column method text not null default 'password' check (method in ('registration', 'password', 'link', 'sso')),
  -- Where it was opened or last renewed from.
  add column address text,
  add column user_agent text check (char_length(user_agent) <= 400);

alter table sign_in_links
  -- Made by whoever holds the database anyway; all other links ask for the second factor.
  add column waives_second_factor boolean not null default false;

-- Mail. Written in the transaction that causes it; a job sends it. Of the instance: it goes to people, not to tenants.
create table mail_messages (
  id uuid primary key,
  kind text not null check (char_length(kind) between 1 and 100),
  recipient text not null check (char_length(recipient) between 3 and 320),
  subject text not null check (char_length(subject) between 1 and 400),
  -- Sealed: it holds links that let people in. Null once it was removed.
  body bytea,
  -- held: there is no SMTP server, an operator passes it on. queued: on its way. failed: given up, `reason` says why.
  state text not null check (state in ('held', 'queued', 'sent', 'failed')),
  attempts integer not null default 0 check (attempts >= 0),
  -- What the last attempt that failed said.
  reason text check (char_length(reason) <= 500),
  sent_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index mail_messages_newest on mail_messages (created_at desc, id desc);
create index mail_messages_by_state on mail_messages (state, created_at desc, id desc);
create index mail_messages_with_body on mail_messages (created_at) where body is not null;

-- Proofs that are sent by mail: verify_email, change_email, reset_password. One of a kind for each person.
create table account_tokens (
  user_id uuid not null references users (id) on delete cascade,
  purpose text not null check (purpose in ('verify_email', 'change_email', 'reset_password')),
  -- SHA-256 of the token.
  token_hash bytea not null check (octet_length(token_hash) = 32),
  -- Where it was sent, and what it proves.
  email text not null,
  email_key text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (user_id, purpose)
);
create unique index account_tokens_by_hash on account_tokens (token_hash);
create index account_tokens_by_expiry on account_tokens (expires_at);

-- Accounts that wait for the proof of their address, where registration asks for it.
create table pending_registrations (
  -- SHA-256 of the token.
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  email text not null,
  email_key text not null,
  name text not null,
  organization_name text not null,
  password_hash text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null
);
create index pending_registrations_by_expiry on pending_registrations (expires_at);

-- Time-based one-time passwords (RFC 6238), one for each person.
create table second_factors (
  user_id uuid primary key references users (id) on delete cascade,
  -- Sealed.
  secret bytea not null,
  -- Null while it is being set up.
  confirmed_at timestamptz,
  -- The newest time step that was accepted: a code works once.
  last_step bigint not null default 0,
  -- Wrong codes in a row, and until when no other one is looked at.
  failures integer not null default 0 check (failures >= 0),
  blocked_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table recovery_codes (
  user_id uuid not null references users (id) on delete cascade,
  -- SHA-256 of the code: 80 random bits need no slow hash.
  code_hash bytea not null check (octet_length(code_hash) = 32),
  used_at timestamptz,
  created_at timestamptz not null,
  primary key (user_id, code_hash)
);

-- Who has given the right password, or a link, and owes the second factor.
create table sign_in_challenges (
  -- SHA-256 of the challenge.
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id uuid not null references users (id) on delete cascade,
  method text not null check (method in ('password', 'link')),
  -- What the person was when they began: a new password ends the challenge.
  password_hash text,
  expires_at timestamptz not null,
  created_at timestamptz not null
);
create index sign_in_challenges_by_user on sign_in_challenges (user_id);
create index sign_in_challenges_by_expiry on sign_in_challenges (expires_at);

-- The instance alone reads any of this: before sign-in nobody is known, and afterwards nobody needs the rows themselves.
do $$
declare
  name text;
begin
  foreach name in array array['mail_messages', 'account_tokens', 'pending_registrations', 'second_factors', 'recovery_codes',
    'sign_in_challenges']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy instance on %I using (app_is_instance()) with check (app_is_instance())', name);
  end loop;
end
$$;
-- An organization's transaction may cause mail (an invitation), and read none.
create policy cause on mail_messages for insert with check (app_organization() is not null or app_user() is not null);

grant select, insert, update, delete on mail_messages, account_tokens, pending_registrations, second_factors, recovery_codes,
  sign_in_challenges to scriptorium_app;
