import { signingKeySeal } from '../modules/identity/index.ts';
import type { DatabaseReport } from '../platform/db/index.ts';
import { type Finding, ok, warn } from './doctor.findings.ts';

/** Whether the keys that sign access tokens open with the secret; undefined: there is none yet. */
export function describeSigningKeys(
  keys: DatabaseReport['signingKeys'],
  secretKey: string | undefined,
): Finding {
  const name = 'signing keys';
  if (keys.length === 0) return ok(name, 'none yet: the first sign-in makes one');
  const seal = secretKey === undefined ? undefined : signingKeySeal(secretKey);
  const closed = keys.filter((key) => seal?.open(key) === undefined).length;
  if (closed === 0) return ok(name, `${keys.length} for access tokens`);
  if (closed === keys.length)
    return warn(
      name,
      'none opens with this SECRET_KEY: the next sign-in makes a new one, and everybody signs in again',
      'Set SECRET_KEY to what it was, unless it was changed on purpose.',
    );
  return warn(
    name,
    `${closed} of ${keys.length} do not open with this SECRET_KEY`,
    'Start all processes on this database with one SECRET_KEY. Where it was changed on purpose, retire the old keys: scriptorium keys rotate',
  );
}
