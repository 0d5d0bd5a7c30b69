import { Type } from 'typebox';
import type { Routes } from '../../../platform/http/index.ts';
import { Problem } from '../../../platform/http/schemas.ts';
import type { BackchannelLogout } from './backchannel-logout.service.ts';
import { logoutRefused } from './federation.errors.ts';
import { ProviderParams } from './sign-in.schemas.ts';

/** Bytes: one token of at most 8192 characters. */
const BODY_LIMIT = 16_384;

export function backchannelLogoutRoutes(logout: BackchannelLogout): Routes {
  return (http) => {
    // A room of its own: nothing else takes forms, which browsers send across sites without asking.
    http.register(async (forms) => {
      forms.removeAllContentTypeParsers();
      forms.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string' },
        (_request, body, done) => done(null, body),
      );
      forms.post(
        '/auth/oidc/:provider/backchannel-logout',
        {
          config: {
            access: { public: 'the logout token’s signature says who sent it' },
            duringMaintenance: true,
          },
          bodyLimit: BODY_LIMIT,
          schema: {
            tags: ['auth'],
            summary: 'Hear from an identity provider that somebody signed out there',
            description:
              'OpenID Connect Back-Channel Logout 1.0: a form with one `logout_token`. The same token may come again.',
            params: ProviderParams,
            response: { 200: Type.Null(), 400: Problem },
          },
        },
        async (request, reply) => {
          reply.header('cache-control', 'no-store');
          const { provider } = request.params as { readonly provider: string };
          await logout.receive(request.actor, provider, tokenIn(request.body));
          return reply.code(200).send();
        },
      );
    });
  };
}

function tokenIn(body: unknown): string {
  const tokens = new URLSearchParams(typeof body === 'string' ? body : '').getAll('logout_token');
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) throw logoutRefused();
  return token;
}
