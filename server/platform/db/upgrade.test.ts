import { expect, test } from 'vitest';
import { openEmbedded } from './embedded.ts';
import { MIGRATIONS_FOLDER } from './index.ts';
import { migrate, readMigrations } from './migrate.ts';

test('what sign-ins by identity providers opened before it was remembered ends, and nothing else', async () => {
  const database = await openEmbedded({ folder: undefined });
  const migrations = await readMigrations(MIGRATIONS_FOLDER);
  await migrate(database.admin, migrations.slice(0, 12));
  await database.raw.exec(`
    insert into organizations (id, name) values ('00000000-0000-7000-8000-000000000001', 'Acme');
    insert into users (id, email, email_key, name)
      values ('00000000-0000-7000-8000-000000000002', 'ana@acme.example', 'ana@acme.example', 'Ana');
    insert into sessions (id, user_id, organization_id, refresh_seed, generation, rotated_at, expires_at, method)
      select gen_random_uuid(), '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001',
        decode(repeat('00', 32), 'hex'), 0, now(), now() + interval '1 day', method
      from unnest(array['sso', 'password']) as method;
    insert into identity_providers (id, slug, label, enabled, issuer, scopes, roles, sync_roles, create_users,
        link_verified_email, trust_email, email_domains, trust_second_factor, second_factor_acr, created_at, updated_at)
      values ('00000000-0000-7000-8000-000000000003', 'acme', 'Acme', true, 'https://acme.example', '{}', '{}', false, true,
        false, false, '{}', false, '{}', now(), now());
    insert into federated_identities (issuer, subject, id, user_id, provider_id, created_at, updated_at)
      values ('https://acme.example', 'ana', '00000000-0000-7000-8000-000000000004',
        '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003', now(), now());
    insert into federated_sessions (session_id, provider_id, identity_id, second_factor)
      select id, '00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000004', false
      from sessions where method = 'sso';
    insert into sign_in_challenges (token_hash, user_id, method, provider_id, identity_id, expires_at, created_at)
      select decode(repeat(tag, 32), 'hex'), '00000000-0000-7000-8000-000000000002', method, provider, identity, now(), now()
      from (values ('01', 'password', null, null), ('02', 'sso', '00000000-0000-7000-8000-000000000003'::uuid,
        '00000000-0000-7000-8000-000000000004'::uuid)) as waiting (tag, method, provider, identity);
  `);
  await migrate(database.admin, migrations);
  const rows = async (sql: string) => (await database.raw.query(sql)).rows;
  expect(await rows('select method, revoked_at is not null as ended from sessions order by method')).toEqual([
    { method: 'password', ended: false },
    { method: 'sso', ended: true },
  ]);
  expect(await rows('select organization_ids, everything from federated_sessions')).toEqual([
    { organization_ids: [], everything: false },
  ]);
  expect(await rows('select method from sign_in_challenges')).toEqual([{ method: 'password' }]);
  expect(await rows('select opens_everything from identity_providers')).toEqual([
    { opens_everything: false },
  ]);
  await database.close();
});
