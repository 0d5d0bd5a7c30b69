import type { AddressInfo } from 'node:net';
import { publicActor } from '../kernel/actor.ts';
import { loadConfig } from '../platform/config/index.ts';
import { createHttpServer, type Http, type HttpOptions, type Routes } from '../platform/http/index.ts';
import { createLogger } from '../platform/logging/index.ts';

export interface OpenHttp {
  readonly http: Http;
  readonly port: number;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What was logged from `info` on, a line each. */
  readonly logged: readonly string[];
}

/** The access of routes that everybody may call. */
export const OPEN = { access: { public: 'a test' } } as const;

/** The HTTP layer with these routes on a free port. Nobody is signed in. */
export async function openHttp(
  routes: Routes,
  options: Partial<Pick<HttpOptions, 'arrival'>> = {},
): Promise<OpenHttp> {
  const logged: string[] = [];
  const nobody = async ({ requestId }: { readonly requestId: string }) => publicActor(requestId);
  const http = await createHttpServer({
    settings: loadConfig({}).http,
    logger: createLogger('info', { write: (line: string) => void logged.push(line) }),
    authenticator: { authenticate: nobody, authenticateOperator: nobody },
    surroundings: [],
    routes: [routes],
    ...options,
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.server.address() as AddressInfo;
  return { http, port, url: `http://127.0.0.1:${port}`, logged };
}
