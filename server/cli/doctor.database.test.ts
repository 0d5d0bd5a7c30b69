import { expect, test } from 'vitest';
import type { DatabaseReport } from '../platform/db/index.ts';
import { describeDatabase } from './doctor.database.ts';

const healthy: DatabaseReport = {
  kind: 'postgres',
  serverVersion: 170_004,
  vector: { installed: '0.8.0', available: true },
  missing: [],
  unknown: [],
  queue: true,
  signingKeys: [],
  auditCheck: { at: '2026-01-02 04:07:00+00', broken: false },
  roles: { loginAllPowerful: false, loginIsMember: true, loginMayCreate: false },
};

/** What is not ok, as `name status`. */
function troubles(change: Partial<DatabaseReport>, production = false): string[] {
  const findings = describeDatabase({ ...healthy, ...change }, production);
  for (const { status, mend } of findings) expect(mend !== undefined).toBe(status !== 'ok');
  return findings.filter(({ status }) => status !== 'ok').map(({ name, status }) => `${name} ${status}`);
}

test('a healthy database has no troubles', () => {
  expect(troubles({})).toEqual([]);
  expect(
    troubles(
      { kind: 'embedded', roles: { loginAllPowerful: true, loginIsMember: true, loginMayCreate: false } },
      true,
    ),
  ).toEqual([]);
});

test('each trouble is found, and weighs what it should', () => {
  expect(troubles({ serverVersion: 150_018 })).toEqual(['database fail']);
  expect(troubles({ vector: { installed: null, available: false } })).toEqual(['pgvector fail']);
  expect(troubles({ unknown: [9] })).toEqual(['migrations fail']);
  expect(troubles({ queue: false })).toEqual(['queue fail']);
  expect(troubles({ auditCheck: null })).toEqual([]);
  expect(troubles({ auditCheck: { at: '2026-01-02 04:07:00+00', broken: true } })).toEqual([
    'audit trails fail',
  ]);
  const superuser = { roles: { loginAllPowerful: true, loginIsMember: true, loginMayCreate: false } };
  expect(troubles(superuser)).toEqual(['privileges warn']);
  expect(troubles(superuser, true)).toEqual(['privileges fail']);
  expect(
    troubles({ roles: { loginAllPowerful: false, loginIsMember: false, loginMayCreate: false } }),
  ).toEqual(['privileges fail']);
});

test('before the first migration, what it will make is only announced', () => {
  const fresh = {
    vector: { installed: null, available: true },
    missing: ['0001_identity'],
    queue: false,
    roles: { loginAllPowerful: false, loginIsMember: false, loginMayCreate: false },
  };
  expect(troubles(fresh)).toEqual(['migrations warn', 'privileges warn', 'queue warn']);
});
