import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Actor, publicActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { embeddedTestDatabase } from '../../testing/database.ts';
import { liveAccessContract } from './live-access.contract.ts';
import { createLiveAccess } from './live-access.ts';

liveAccessContract('the embedded database', embeddedTestDatabase);

const actor: Actor = { ...publicActor('r'), kind: 'user', userId: 'u', role: 'regular' };
const request = { actor } as FastifyRequest;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a token that expires ends the stream at the next look', async () => {
  let valid = true;
  const access = createLiveAccess({
    check: async () => {
      if (valid) return actor;
      throw new AppError({ kind: 'unauthenticated', code: 'identity.invalid_token', safeMessage: 'x' });
    },
    recheckMs: 1000,
  }).watch(request);
  await vi.advanceTimersByTimeAsync(5000);
  expect(access.signal.aborted).toBe(false);
  valid = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(access.signal.aborted).toBe(true);
  expect(access.signal.reason).toMatchObject({ code: 'identity.access_ended' });
});

test('a stream ends at the next look when operators have closed what it is part of', async () => {
  let closed = false;
  const gate = async () => {
    if (closed)
      throw new AppError({ kind: 'unavailable', code: 'test.closed', safeMessage: 'x', retryable: true });
  };
  const check = async () => actor;
  const access = createLiveAccess({ check, gate, recheckMs: 1000 }).watch(request);
  await vi.advanceTimersByTimeAsync(5000);
  expect(access.signal.aborted).toBe(false);
  closed = true;
  await vi.advanceTimersByTimeAsync(1000);
  expect(access.signal.reason).toMatchObject({ code: 'test.closed' });
});

test('what changed between the door and the stream is noticed at once', async () => {
  const access = createLiveAccess({ check: async () => ({ ...actor, role: 'guest' }) }).watch(request);
  await vi.advanceTimersByTimeAsync(0);
  expect(access.signal.aborted).toBe(true);
});

test('a change that comes while a check runs is checked for again', async () => {
  let onChange: () => void = () => undefined;
  let checks = 0;
  const access = createLiveAccess({
    check: async () => {
      const answer = checks++ === 0 ? actor : { ...actor, role: 'guest' as const };
      await new Promise((resolve) => setTimeout(resolve, 100));
      return answer;
    },
    changes: {
      notify: async () => undefined,
      watch: (_actor, fn) => {
        onChange = fn;
        return () => undefined;
      },
    },
  }).watch(request);
  await vi.advanceTimersByTimeAsync(50);
  onChange();
  await vi.advanceTimersByTimeAsync(60);
  expect(access.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(100);
  expect(access.signal.aborted).toBe(true);
  expect(checks).toBe(2);
});

test('nobody is asked about a stream that has ended, nor about one that is public', async () => {
  const check = vi.fn(async () => actor);
  const live = createLiveAccess({ check, recheckMs: 1000 });
  live.watch({ actor: publicActor('r') } as FastifyRequest);
  await vi.advanceTimersByTimeAsync(5000);
  expect(check).not.toHaveBeenCalled();
  live.watch(request).release();
  await vi.advanceTimersByTimeAsync(5000);
  expect(check).toHaveBeenCalledTimes(1);
});
