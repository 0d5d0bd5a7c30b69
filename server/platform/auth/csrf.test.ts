import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import { createCsrfProofs, deriveKeys } from './index.ts';

const proofs = createCsrfProofs(deriveKeys('the secret of a server in a test').csrf);
const others = createCsrfProofs(deriveKeys('the secret of another server').csrf);

test('a proof holds for its own session on its own server', () => {
  const session = newId();
  expect(proofs.accepts(session, proofs.proofFor(session))).toBe(true);
  expect(proofs.accepts(newId(), proofs.proofFor(session))).toBe(false);
  expect(others.accepts(session, proofs.proofFor(session))).toBe(false);
});

test('nothing else is a proof', () => {
  const session = newId();
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 100 }), (text) => {
      expect(proofs.accepts(session, text)).toBe(false);
    }),
  );
});

test('each purpose has its own key, the same on every process', () => {
  const keys = deriveKeys('one secret');
  const all = Object.values(keys).map((key) => Buffer.from(key).toString('hex'));
  expect(new Set(all).size).toBe(all.length);
  expect(deriveKeys('one secret')).toEqual(keys);
});
