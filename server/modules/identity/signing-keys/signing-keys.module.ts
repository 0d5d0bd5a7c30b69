import { createKeyRing, type KeyRing } from '../../../platform/auth/index.ts';
import type { Database } from '../../../platform/db/index.ts';
import type { Http, Routes } from '../../../platform/http/index.ts';
import { SIGNING_KEYS_CHANNEL } from './signing-keys.repository.ts';
import { publishedKeys, signingKeysRoutes } from './signing-keys.routes.ts';
import { createSigningKeys, type SigningKeys, type SigningKeysDependencies } from './signing-keys.service.ts';

export interface SigningKeysRoom {
  readonly service: SigningKeys;
  readonly keys: KeyRing;
  readonly routes: Routes;
  /** `/.well-known/jwks.json`, beside `/api/v1`. */
  readonly published: (http: Http) => void;
  /** Hears of changes by other processes at once, until the returned function is called. */
  watch(database: Pick<Database, 'listen'>): Promise<() => Promise<void>>;
}

export function signingKeysRoom(dependencies: SigningKeysDependencies): SigningKeysRoom {
  const stored = createSigningKeys(dependencies);
  const onError = (error: unknown) =>
    dependencies.logger.warn({ err: error }, 'the signing keys were not read again');
  const keys = createKeyRing({ load: stored.load, clock: dependencies.clock, onError });
  const service: SigningKeys = {
    ...stored,
    // Who has changed the keys need not wait for the message that tells everybody.
    rotate: async (actor, options) => {
      const list = await stored.rotate(actor, options);
      await keys.refresh().catch(onError);
      return list;
    },
  };
  return {
    service,
    keys,
    routes: signingKeysRoutes(service),
    published: publishedKeys(keys),
    watch: (database) => database.listen(SIGNING_KEYS_CHANNEL, () => void keys.refresh().catch(onError)),
  };
}
