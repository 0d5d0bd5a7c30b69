import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { IssuerAlgorithm } from '../platform/auth/index.ts';
import { createOutbound, type Outbound, parseAllowed } from '../platform/outbound/index.ts';

export interface IssuerKeyPair {
  readonly alg: IssuerAlgorithm;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

export async function issuerKeyPair(alg: IssuerAlgorithm, kid: string): Promise<IssuerKeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const members = { kid, alg, use: 'sig' };
  const publicJwk = { ...(await exportJWK(publicKey)), ...members };
  return { alg, privateKey, publicJwk, privateJwk: { ...(await exportJWK(privateKey)), ...members } };
}

export function signAs(
  { alg, privateKey, publicJwk }: IssuerKeyPair,
  payload: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ alg, typ: 'JWT', kid: publicJwk.kid ?? '', ...header })
    .sign(privateKey);
}

/** A server of somebody else that publishes keys, on a free port of this machine. */
export interface KeyServer {
  readonly url: string;
  /** How often it was asked. */
  readonly asked: number;
  /** From now on it answers with these keys. */
  publish(...keys: readonly unknown[]): void;
  /** From now on it answers so, and who waits gives up after `timeoutMs`: to be set for answers that never come only. */
  answer(listener: RequestListener, timeoutMs?: number): void;
  /** A door that leads there. */
  readonly outbound: Pick<Outbound, 'request'>;
  close(): Promise<void>;
}

/** Longer than a slow machine takes. */
const PATIENCE_MS = 30_000;

export async function keyServer(): Promise<KeyServer> {
  let asked = 0;
  let patience = PATIENCE_MS;
  let listener: RequestListener = (_request, response) => void response.writeHead(404).end();
  const server = createServer((request, response) => {
    asked += 1;
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const allowed = parseAllowed(place);
  const outbound = createOutbound({ allow: allowed ? [allowed] : [], ports: [] });
  return {
    url: `http://${place}/jwks.json`,
    get asked() {
      return asked;
    },
    publish: (...keys) => {
      patience = PATIENCE_MS;
      listener = (_request, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ keys }));
      };
    },
    answer: (next, timeoutMs = PATIENCE_MS) => {
      listener = next;
      patience = timeoutMs;
    },
    outbound: { request: (url, request) => outbound.request(url, { ...request, timeoutMs: patience }) },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
