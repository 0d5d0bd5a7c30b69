-- The keys that sign access tokens: of the whole instance, so only the product itself sees them.
create table signing_keys (
  -- SHA-256 thumbprint of the public key (RFC 7638), and `kid` of the tokens.
  id text primary key check (id ~ '^[A-Za-z0-9_-]{43}$'),
  -- The private JWK under the server's secret; null once its last token has ended.
  sealed_key bytea,
  -- When it begins to sign: later than it is published, so that verifiers know it by then.
  active_from timestamptz not null,
  -- When its successor begins to sign; null while there is none.
  retired_at timestamptz,
  -- When its tokens stop being accepted; null while there is no successor.
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((retired_at is null) = (expires_at is null)),
  check (sealed_key is not null or expires_at is not null)
);
create index signing_keys_by_expiry on signing_keys (expires_at);

alter table signing_keys enable row level security;
alter table signing_keys force row level security;
create policy own on signing_keys using (app_is_instance()) with check (app_is_instance());
grant select, insert, delete on signing_keys to scriptorium_app;
grant update (sealed_key, retired_at, expires_at, updated_at) on signing_keys to scriptorium_app;
