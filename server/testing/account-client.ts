import type { IdentityWorld } from './identity-world.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Calls to `/api/v1/auth/…` by a program: with a token, or by nobody. */
export function accountClient(world: Pick<IdentityWorld, 'http'>) {
  return async (
    method: Method,
    path: string,
    options: { token?: string; body?: unknown; address?: string; headers?: Record<string, string> } = {},
  ) => {
    const { token, body, address, headers = {} } = options;
    const answer = await world.http.inject({
      method,
      url: `/api/v1${path.startsWith('/') ? path : `/auth/${path}`}`,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
      ...(address === undefined ? {} : { remoteAddress: address }),
    });
    return {
      status: answer.statusCode,
      body: answer.body === '' ? {} : answer.json(),
      headers: answer.headers,
      cookies: answer.cookies,
    };
  };
}

export type AccountClient = ReturnType<typeof accountClient>;

/** The token of the link in a mail. */
export function tokenIn(mail: string | undefined): string {
  const token = /#token=([\w-]+)/.exec(mail ?? '')?.[1];
  if (token === undefined) throw new Error(`no link in ${JSON.stringify(mail)}`);
  return token;
}
