import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { type Actor, publicActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { createLiveAccess } from './live-access.ts';

const [HERE, THERE] = [newId(), newId()];

function requestOf(organizationId: string): FastifyRequest {
  const actor: Actor = {
    ...publicActor('test'),
    ...{ kind: 'user', userId: newId(), organizationId, role: 'regular' },
  };
  return { actor } as FastifyRequest;
}

test('one organization has so many streams, another one has its own, and what has ended makes room', () => {
  const live = createLiveAccess({ check: async ({ actor }) => actor, mostStreams: 2 });
  const first = live.watch(requestOf(HERE));
  const second = live.watch(requestOf(HERE));
  const third = () => live.watch(requestOf(HERE));
  expect(third).toThrow(expect.objectContaining({ code: 'request.too_many_streams', kind: 'rate_limited' }));
  live.watch(requestOf(THERE)).release();
  first.release();
  first.release();
  const instead = third();
  expect(third).toThrow(expect.objectContaining({ code: 'request.too_many_streams' }));
  for (const stream of [second, instead]) stream.release();
});
