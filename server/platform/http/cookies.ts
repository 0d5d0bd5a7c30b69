import type { FastifyReply, FastifyRequest } from 'fastify';

/** One cookie of the product, under the name that its place asks for. */
export interface Cookie {
  readonly name: string;
  read(request: FastifyRequest): string | undefined;
  set(reply: FastifyReply, value: string, maxAgeSeconds: number): void;
  /**
   * Takes back what the browser sent, under either name: it may have been here before the server had https. What did not
   * come is left alone, so a forged request, which carries no SameSite cookies, changes nothing.
   */
  clear(request: FastifyRequest, reply: FastifyReply): void;
}

const ALWAYS = { httpOnly: true, sameSite: 'lax' } as const;

/**
 * `secure`: the server is reached by https. Then the name begins with `__Host-` (RFC 6265bis, 4.1.3.2): browsers take it only
 * from this very host, over https and for the whole of it, so that a neighbour in the same domain cannot put a sign-in of
 * its own in its place. That is worth more than the narrower `path`, which it has without https, where browsers refuse the
 * prefix.
 */
export function createCookie(plainName: string, path: string, secure: boolean): Cookie {
  const guarded = { name: `__Host-${plainName}`, options: { ...ALWAYS, secure: true, path: '/' } };
  const plain = { name: plainName, options: { ...ALWAYS, secure: false, path } };
  const { name, options } = secure ? guarded : plain;
  return {
    name,
    read: (request) => request.cookies[name],
    set: (reply, value, maxAge) => void reply.setCookie(name, value, { ...options, maxAge }),
    clear: (request, reply) => {
      for (const one of [guarded, plain])
        if (request.cookies[one.name] !== undefined) reply.clearCookie(one.name, one.options);
    },
  };
}

/** The access token; the whole API takes it. */
export function accessCookie(secure: boolean): Cookie {
  return createCookie('scriptorium_access', '/', secure);
}
