import type { KeyRing } from '../../../platform/auth/index.ts';
import type { Http, Routes } from '../../../platform/http/index.ts';
import { RotateBody, SigningKeyList } from './signing-keys.schemas.ts';
import type { SigningKeys } from './signing-keys.service.ts';

/** Seconds for which verifiers may keep the published keys; well below the time that a key is published before it signs. */
const PUBLISHED_MAX_AGE = 300;

export function signingKeysRoutes(service: SigningKeys): Routes {
  return (http) => {
    http.get(
      '/operator/signing-keys',
      {
        config: { access: { operator: true } },
        schema: {
          tags: ['operator'],
          summary: 'The keys that sign access tokens, the newest first',
          response: { 200: SigningKeyList },
        },
      },
      (request) => service.list(request.actor),
    );

    http.post(
      '/operator/signing-keys/rotate',
      {
        config: { access: { operator: true } },
        schema: {
          tags: ['operator'],
          summary: 'Make the next signing key',
          description:
            'The next key is published at once and signs ten minutes later; tokens of the old one are accepted until they end. With `endSessions` it signs at once, no older token is accepted, and everybody signs in again.',
          body: RotateBody,
          response: { 200: SigningKeyList },
        },
      },
      (request) => service.rotate(request.actor, { endSessions: request.body.endSessions ?? false }),
    );
  };
}

/** `/.well-known/jwks.json` (RFC 7517): what other services verify our access tokens with. */
export function publishedKeys(keys: KeyRing): (http: Http) => void {
  return (http) => {
    http.get('/.well-known/jwks.json', { schema: { hide: true } }, async (_request, reply) => {
      const published = await keys.published();
      return reply.header('cache-control', `public, max-age=${PUBLISHED_MAX_AGE}`).send({ keys: published });
    });
  };
}
