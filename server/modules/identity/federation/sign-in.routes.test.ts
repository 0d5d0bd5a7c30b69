import { afterEach, expect, test } from 'vitest';
import { publicActor } from '../../../kernel/actor.ts';
import { AppError } from '../../../kernel/errors.ts';
import { loadConfig } from '../../../platform/config/index.ts';
import { createHttpServer, type Http } from '../../../platform/http/index.ts';
import { createLogger } from '../../../platform/logging/index.ts';
import { noOrganization, tooManyAttempts } from '../identity.errors.ts';
import { accountDisabled } from '../operators/operators.errors.ts';
import { ssoRequired } from './federation.errors.ts';
import { signInRoutes } from './sign-in.routes.ts';

const ORIGIN = 'https://scriptorium.example';
const servers: Http[] = [];
afterEach(async () => {
  for (const http of servers.splice(0)) await http.close();
});

/** The routes before a sign-in that ends like this. */
async function failing(how: unknown, arriving?: () => Promise<void>): Promise<Http> {
  const fail = () => Promise.reject(how);
  const http = await createHttpServer({
    settings: loadConfig({ RATE_LIMIT: 'off' }).http,
    logger: createLogger('silent'),
    authenticator: {
      authenticate: async ({ requestId }) => publicActor(requestId),
      authenticateOperator: async ({ requestId }) => publicActor(requestId),
    },
    routes: [
      (api) => {
        if (arriving) api.addHook('onRequest', arriving);
      },
      signInRoutes({
        signIn: { start: fail, startLink: fail, finish: fail },
        identities: { providers: fail, list: fail, unlink: fail, signOutUrl: fail },
        setSessionCookies: () => undefined,
        secureCookies: true,
        publicUrl: ORIGIN,
      }),
    ],
    surroundings: [],
  });
  servers.push(http);
  return http;
}

const CALLBACK = '/api/v1/auth/oidc/acme/callback?code=c&state=s';

/** The failure with which a browser lands on the sign-in page, and the sentence that the page gets for it. */
async function landing(http: Http, url = CALLBACK) {
  const answer = await http.inject({ url });
  expect(answer.statusCode, answer.body).toBe(303);
  const page = new URL(answer.headers.location ?? '');
  expect(page.origin + page.pathname).toBe(`${ORIGIN}/sign-in`);
  const code = page.searchParams.get('error') ?? '';
  const explained = await http.inject({ url: `/api/v1/auth/oidc/errors/${code}` });
  expect(explained.json()).toEqual({ code, message: expect.stringMatching(/^\p{Lu}.*\.$/u) });
  return code;
}

test.each([accountDisabled(), noOrganization(), ssoRequired(), tooManyAttempts(10)])(
  'the callback’s failure $code lands on the sign-in page, which can explain it',
  async (error) => {
    expect(await landing(await failing(error))).toBe(error.code);
  },
);

test('a limit of the server counts as too many attempts, also before the sign-in is looked at', async () => {
  const limited = new AppError({ kind: 'rate_limited', code: 'request.rate_limited', safeMessage: 'Wait.' });
  const http = await failing(new Error('not reached'), () => Promise.reject(limited));
  const answer = await http.inject({ url: CALLBACK });
  expect(answer.headers.location).toBe(`${ORIGIN}/sign-in?error=identity.too_many_attempts`);
});

test.each([
  ['a fault of ours', new Error('a secret of ours')],
  ['what nobody thought of', new AppError({ kind: 'invalid', code: 'test.odd', safeMessage: 'Odd.' })],
])('%s lands there too, and tells nothing', async (_name, how) => {
  expect(await landing(await failing(how))).toBe('federation.sign_in_failed');
});

test('an address that is not valid lands there too', async () => {
  const url = `/api/v1/auth/oidc/${'x'.repeat(64)}/callback?code=%00`;
  expect(await landing(await failing(new Error('not reached')), url)).toBe('federation.sign_in_failed');
});

test('a start that failed by a fault of ours is an answer like every other', async () => {
  const http = await failing(new Error('a secret of ours'));
  const answer = await http.inject({ url: '/api/v1/auth/oidc/acme/start' });
  expect(answer.json()).toMatchObject({ status: 500, code: 'internal.error' });
});
