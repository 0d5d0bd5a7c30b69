import { afterEach, describe, expect, test } from 'vitest';
import type { Permission } from '../../app/permissions.ts';
import { runCampaign } from './campaign.ts';
import type { Finding } from './report.ts';
import { type Fault, OTHER_CANARY, OTHER_ID, ThingServer } from './thing-server.ts';

const permissions: Readonly<Record<string, Permission>> = {
  'POST /things': { kind: 'role', minimum: 'regular', scope: 'any' },
};

let server: ThingServer | undefined;
afterEach(() => server?.close());

async function findingsOf(fault?: Fault, answerLimitMs = 10_000): Promise<readonly Finding[]> {
  server = await ThingServer.start(fault);
  const options = { permissions, requests: {}, runs: 150, seed: 1, answerLimitMs };
  return (await runCampaign({ ...options, target: server })).findings;
}

/** What a careless server might stumble over. */
const isOdd = (body: unknown) => !/^[\w ]*$/.test((body as { readonly name: string }).name);

/** In place of the answer to whoever may have one; past the schema that the route declares. */
const answering =
  (status: number, body: object): Fault =>
  (scope) =>
    void scope.addHook('preHandler', (_request, reply) =>
      reply.code(status).type('application/json').serializer(JSON.stringify).send(body),
    );

test('a server that keeps its promises has no findings', async () => {
  expect(await findingsOf()).toEqual([]);
  expect(server?.things.names.length).toBeGreaterThan(10);
});

test('what one organization wrote about another may be given back to it', async () => {
  const said = new Map<string, string>();
  const findings = await findingsOf((scope) => {
    scope.addHook('preSerialization', async ({ headers, body }, reply, answer) => {
      if (reply.statusCode !== 201) return answer;
      const home = headers.authorization?.includes('another-organization') ? 'other' : 'own';
      said.set(home, `${said.get(home) ?? ''} ${JSON.stringify(body)}`);
      return { name: said.get(home) };
    });
  });
  expect(findings).toEqual([]);
  expect(said.get('own')).toContain(OTHER_ID);
});

describe('found, with a request that shows it:', () => {
  test.each<readonly [what: string, kind: string, fault: Fault]>([
    [
      'a server error',
      'status 500',
      (scope) => {
        scope.addHook('preHandler', async (request) => {
          if (isOdd(request.body)) throw new Error('an odd name');
        });
      },
    ],
    [
      'a connection that is cut',
      'no answer',
      (scope) => {
        scope.addHook('preHandler', async (request) => {
          if (isOdd(request.body)) request.raw.socket.destroy();
        });
      },
    ],
    [
      'a refusal that is no problem document',
      'no problem document (422)',
      (scope) => {
        scope.setErrorHandler((_error, _request, reply) =>
          reply.code(422).serializer(JSON.stringify).send({ error: 'no' }),
        );
      },
    ],
    ['an answer that is not declared', 'undeclared: status 202', answering(202, {})],
    ['an answer that is not as declared', 'undeclared: 201 does not match', answering(201, { name: 1 })],
    [
      'the words of another organization',
      'leak of another organization',
      answering(201, { name: OTHER_CANARY }),
    ],
    ['the id of another organization', 'leak of another organization', answering(201, { name: OTHER_ID })],
    ['a stack trace', 'leak of a stack trace', answering(201, { name: new Error('x').stack })],
    [
      'a message of the database',
      'leak of a message of the database',
      answering(201, { name: 'duplicate key value violates unique constraint "things_pkey"' }),
    ],
    [
      'a write by a request that is refused for its body',
      'changed things',
      (scope, { names }) => {
        scope.addHook('preValidation', async () => void names.push('left behind'));
      },
    ],
    [
      'a write by a request that is refused for its sender',
      'changed things',
      (scope, { names }) => {
        scope.addHook('onError', async () => void names.push('left behind'));
      },
    ],
  ])('%s', async (_what, kind, fault) => {
    const findings = await findingsOf(fault);
    const found = findings.find((finding) => finding.kind.startsWith(kind));
    expect(found, JSON.stringify(findings.map((finding) => finding.kind))).toBeDefined();
    expect(found).toMatchObject({ operation: 'POST /things', request: { method: expect.any(String) } });
    expect(found?.request?.target).toContain('/things');
  });

  test('an answer that never comes', async () => {
    const never: Fault = (scope) => {
      scope.addHook('preHandler', () => undefined);
    };
    const [found] = await findingsOf(never, 100);
    expect(found).toMatchObject({ operation: 'POST /things', kind: 'no answer' });
  });

  test('without what it does not need', async () => {
    const [found] = await findingsOf((scope) => {
      scope.addHook('preHandler', async (request) => {
        if ('about' in (request.body as object)) throw new Error('about something');
      });
    });
    expect(found?.request?.headers.map(([name]) => name)).toEqual(['authorization', 'content-type']);
    expect(String(found?.request?.body).length).toBeLessThan(80);
  });
});

describe('found without one:', () => {
  const printing =
    (line: string): Fault =>
    (scope, { log }) =>
      void scope.addHook('preHandler', async () => void log.push(`${line}\n`));

  test.each<readonly [what: string, kind: string, fault: Fault]>([
    ['an error in the log', 'an error was logged', printing('{"level":"error","msg":"x"}')],
    [
      'credentials in the log',
      'a secret was logged',
      printing('{"level":"info","by":"key-with-every-scope"}'),
    ],
    ['something printed', 'something was printed', printing('here')],
    [
      'a process that ends',
      'the process ended',
      (scope, things) => {
        scope.addHook('preHandler', async () => {
          things.running = false;
        });
      },
    ],
    [
      'valid requests that are refused from then on',
      'a valid request is refused',
      (scope) => {
        let broken = false;
        scope.addHook('preHandler', async () => {
          broken = true;
        });
        scope.server.prependListener('request', (request) => {
          if (broken && request.url?.endsWith('/auth/me')) request.url = '/nowhere';
        });
      },
    ],
  ])('%s', async (_what, kind, fault) => {
    const findings = await findingsOf(fault);
    expect(findings.map((finding) => finding.kind)).toContain(kind);
  });
});
