import { describe, expect, test } from 'vitest';
import { actionWords, actorWords, changesOf, targetWords } from './event-words.ts';

const ANA = '01a1fc13-533c-74b7-ac95-344601873211';
const names = new Map([[ANA, 'Ana']]);

describe('events in words', () => {
  test('an action reads as words', () => {
    expect(actionWords('member.role_changed')).toBe('Member role changed');
    expect(actionWords('api_key.revoked')).toBe('API key revoked');
    expect(actionWords('session.opened')).toBe('Session opened');
  });

  test('people are named where they are known, and told apart where not', () => {
    const actor = { kind: 'user', userId: ANA, credentialId: null };
    expect(actorWords(actor, names)).toBe('Ana');
    expect(actorWords({ ...actor, kind: 'apiKey' }, names)).toBe('a program of Ana');
    expect(actorWords(actor, new Map())).toBe('person …01873211');
    expect(actorWords({ kind: 'system', userId: null, credentialId: null }, names)).toBe('the server itself');
    expect(actorWords({ kind: 'newcomer', userId: null, credentialId: null }, names)).toBe('newcomer');
  });

  test('what was acted on is named by its kind', () => {
    expect(targetWords(null, names)).toBeUndefined();
    expect(targetWords({ type: 'user', id: ANA }, names)).toBe('user Ana');
    expect(targetWords({ type: 'api_key', id: '01a1fc13-5725-7764-8760-43e926a9d0bb' }, names)).toBe(
      'API key …26a9d0bb',
    );
    expect(targetWords({ type: 'feature', id: 'uploads' }, names)).toBe('feature uploads');
  });

  test('a change holds both sides of every member', () => {
    expect(changesOf({ before: { role: 'guest' }, after: { role: 'power', since: 3 } })).toEqual([
      { name: 'role', before: 'guest', after: 'power' },
      { name: 'since', before: undefined, after: '3' },
    ]);
    expect(changesOf({ before: null, after: null })).toEqual([]);
    expect(changesOf({ before: { on: null }, after: { on: false } })).toEqual([
      { name: 'on', before: 'null', after: 'false' },
    ]);
  });
});
