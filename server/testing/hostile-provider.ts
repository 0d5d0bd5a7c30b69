import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type IssuerKeyPair, issuerKeyPair, signAs } from './token-issuer.ts';

/** Undefined takes a claim away. */
type Claims = Readonly<Record<string, unknown>>;
type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** An identity provider that does what a test says, on a free port of this machine. It answers rightly until it is told otherwise. */
export interface HostileProvider {
  readonly issuer: string;
  /** `host:port`, for the outbound door. */
  readonly place: string;
  readonly key: IssuerKeyPair;
  /** What the token endpoint was last asked with. */
  readonly asked: URLSearchParams;
  /** Members of the discovery document that differ. */
  describe(changes: Readonly<Record<string, unknown>>): void;
  /** From now on a path (`/token`, `/jwks`, `/userinfo`, `/.well-known/openid-configuration`) is answered so. */
  answer(path: string, answer: Answer): void;
  /** From now on the token endpoint gives out this ID token. */
  give(idToken: string): void;
  /** An ID token as it should be, with other claims and headers where they are given. */
  idToken(claims: Claims, header?: Record<string, unknown>, key?: IssuerKeyPair): Promise<string>;
  publish(...keys: readonly IssuerKeyPair[]): void;
  /** Everything as at the start. */
  reset(): void;
  close(): Promise<void>;
}

export const HOSTILE_CLIENT = { id: 'scriptorium', secret: 'the secret of the client, long enough' } as const;

export async function startHostileProvider(): Promise<HostileProvider> {
  const key = await issuerKeyPair('RS256', 'first');
  const answers = new Map<string, Answer>();
  let changes: Readonly<Record<string, unknown>> = {};
  let asked = new URLSearchParams();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://here');
    const answer = answers.get(pathname);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (pathname === '/token') asked = new URLSearchParams(Buffer.concat(chunks).toString());
      if (answer) answer(response, request);
      else response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `http://${place}`;

  const document: Answer = (response) =>
    json(response, {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      ...changes,
    });
  const publish = (...keys: readonly IssuerKeyPair[]) =>
    answers.set('/jwks', (response) => json(response, { keys: keys.map(({ publicJwk }) => publicJwk) }));
  function reset(): void {
    answers.clear();
    answers.set('/.well-known/openid-configuration', document);
    publish(key);
    changes = {};
    asked = new URLSearchParams();
  }
  reset();

  return {
    ...{ issuer, place, key, publish, reset },
    get asked() {
      return asked;
    },
    describe: (next) => {
      changes = next;
    },
    answer: (path, answer) => void answers.set(path, answer),
    give: (idToken) =>
      void answers.set('/token', (response) =>
        json(response, { access_token: 'an access token', token_type: 'Bearer', id_token: idToken }),
      ),
    idToken: (claims, header, signer = key) => {
      const now = Math.floor(Date.now() / 1000);
      const times = { iat: now, exp: now + 300 };
      const about = { iss: issuer, aud: HOSTILE_CLIENT.id, sub: 'somebody' };
      const person = { email: 'somebody@hostile.example', email_verified: true };
      return signAs(signer, { ...about, ...times, ...person, ...claims }, header);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}
