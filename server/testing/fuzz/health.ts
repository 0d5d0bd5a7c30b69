import { randomUUID } from 'node:crypto';
import type { CallerName } from '../isolation/callers.ts';
import { PREFIX } from './document.ts';
import type { Complaint } from './oracle.ts';
import type { FuzzTarget, Stage } from './target.ts';
import { exchange, type WireRequest } from './wire.ts';

/** How often the people whose rights may be taken are looked after, in batches. */
const DOOMED_EVERY = 15;

const PEOPLE: readonly CallerName[] = ['admin', 'power', 'regular', 'guest', 'marked operator'];

interface Probe {
  readonly request: WireRequest;
  readonly expected: number;
}

/** After whatever was sent: ordinary requests of ordinary people are carried out, and the server says that it is ready. */
export async function findHealth(
  target: FuzzTarget,
  batches: number,
  limitMs: number,
): Promise<readonly Complaint[]> {
  if (!target.running) return [];
  const complaints: Complaint[] = [];
  for (const { request, expected } of probes(target.stage('lasting'))) {
    const { answer, why } = await exchange(target.url, request, limitMs);
    if (answer?.status === expected) continue;
    const what = `${request.method} ${request.target}: ${answer?.status ?? why} ${answer?.body.slice(0, 300) ?? ''}`;
    complaints.push({ kind: 'a valid request is refused', what });
  }
  if (complaints.length > 0) await target.renew('lasting');
  if (batches % DOOMED_EVERY === 0 && !(await isWhole(target, limitMs))) await target.renew('doomed');
  return complaints;
}

async function isWhole(target: FuzzTarget, limitMs: number): Promise<boolean> {
  const stage = target.stage('doomed');
  const { sourceId, collectionId } = stage.own.things;
  const requests = [
    ...PEOPLE.map((name) => get(stage, name, '/auth/me')),
    get(stage, 'admin of another organization', '/auth/me'),
    get(stage, 'admin', `/library/sources/${sourceId}`),
    get(stage, 'key with every scope', `/library/collections/${collectionId}`),
  ];
  for (const request of requests) {
    const { answer } = await exchange(target.url, request, limitMs);
    if (answer?.status !== 200) return false;
  }
  return true;
}

function probes(stage: Stage): readonly Probe[] {
  const collection: WireRequest = {
    method: 'POST',
    target: `${PREFIX}/library/collections`,
    headers: [...Object.entries(stage.callers.power), ['content-type', 'application/json']],
    body: JSON.stringify({ name: `Still here ${randomUUID()}` }),
  };
  return [
    ...PEOPLE.map((name) => ({ request: get(stage, name, '/auth/me'), expected: 200 })),
    { request: get(stage, 'key with every scope', '/library/collections?limit=1'), expected: 200 },
    { request: { method: 'GET', target: '/health/ready', headers: [], body: undefined }, expected: 200 },
    { request: collection, expected: 201 },
  ];
}

function get(stage: Stage, caller: CallerName, path: string): WireRequest {
  return {
    method: 'GET',
    target: PREFIX + path,
    headers: Object.entries(stage.callers[caller]),
    body: undefined,
  };
}
