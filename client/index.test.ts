import { describe, expect, test } from 'vitest';
import { createScriptoriumClient, ProblemError, unwrap } from './index.ts';

function clientThatGets(answer: () => Response | Promise<Response>) {
  const sent: Request[] = [];
  const client = createScriptoriumClient({
    baseUrl: 'http://example.test',
    token: () => 'key',
    organizationId: 'org',
    fetch: async (request) => {
      sent.push(request);
      return answer();
    },
  });
  return { client, sent };
}

describe('the client', () => {
  test('sends who asks and for which organization, and gives the data', async () => {
    const { client, sent } = clientThatGets(() => Response.json({ items: [], nextCursor: null }));
    const page = await unwrap(
      client.GET('/api/v1/tasks', { params: { query: { limit: 5, status: 'failed' } } }),
    );
    expect(page.items).toEqual([]);
    expect(sent[0]?.url).toBe('http://example.test/api/v1/tasks?limit=5&status=failed');
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer key');
    expect(sent[0]?.headers.get('x-organization-id')).toBe('org');
  });

  test('throws the problem with its fields', async () => {
    const problem = {
      code: 'request.invalid',
      detail: 'No.',
      requestId: 'r',
      errors: [{ path: '/q', message: 'short' }, 1],
    };
    const { client } = clientThatGets(() => Response.json(problem, { status: 422 }));
    const error = await unwrap(client.GET('/api/v1/auth/me')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      status: 422,
      code: 'request.invalid',
      message: 'No.',
      requestId: 'r',
      errors: [{ path: '/q', message: 'short' }],
    });
  });

  test('an answer that is no problem document still says something', async () => {
    const { client } = clientThatGets(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(unwrap(client.GET('/api/v1/auth/me'))).rejects.toMatchObject({
      status: 502,
      code: 'http.502',
      message: 'The server answered 502.',
    });
  });

  test('a server that cannot be reached is told from one that refuses', async () => {
    const { client } = clientThatGets(() => Promise.reject(new TypeError('fetch failed')));
    await expect(unwrap(client.GET('/api/v1/auth/me'))).rejects.toMatchObject({
      status: 0,
      code: 'client.unreachable',
    });
  });
});
