import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllowed } from './allow.ts';
import { createOutbound } from './outbound.ts';

/** A key and a certificate for `tls.example`, where the machine has openssl. */
function certificate(): { readonly key: string; readonly cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'outbound-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  const subject = ['-subj', '/CN=tls.example', '-addext', 'subjectAltName=DNS:tls.example'];
  try {
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const own = certificate();

describe.skipIf(own === undefined)('TLS, with openssl', () => {
  let server: Server;
  let port: number;
  const names: unknown[] = [];
  beforeAll(async () => {
    server = createServer({ ...own }, (request, response) => {
      names.push((request.socket as TLSSocket).servername, request.headers.host);
      response.end('secret');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  const door = (ca: string | undefined) =>
    createOutbound({
      allow: [parseAllowed('127.0.0.1')].flatMap((entry) => entry ?? []),
      ports: [port],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      ...(ca === undefined ? {} : { ca }),
    });

  test('goes to the checked address, and SNI, Host and certificate stay with the name', async () => {
    const { body } = await door(own?.cert).request(`https://tls.example:${port}/`);
    expect(Buffer.from(body).toString()).toBe('secret');
    expect(names).toEqual(['tls.example', `tls.example:${port}`]);
  });

  test.each([
    ['for another name', own?.cert, 'https://other.example'],
    ['for an address', own?.cert, 'https://127.0.0.1'],
    ['that nobody vouches for', undefined, 'https://tls.example'],
  ])('a certificate %s is a failure', async (_why, ca, url) => {
    await expect(door(ca).request(`${url}:${port}/`)).rejects.toMatchObject({ code: 'outbound.failed' });
  });

  test('a redirect away from TLS is refused', async () => {
    const redirecting = createServer({ ...own }, (_request, response) =>
      response.writeHead(302, { location: `http://tls.example:${port}/` }).end(),
    );
    await new Promise<void>((done) => redirecting.listen(0, '127.0.0.1', done));
    const other = (redirecting.address() as AddressInfo).port;
    const outbound = createOutbound({
      allow: [parseAllowed('tls.example')].flatMap((entry) => entry ?? []),
      ports: [port, other],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      ca: own?.cert ?? '',
    });
    await expect(outbound.request(`https://tls.example:${other}/`)).rejects.toMatchObject({
      code: 'outbound.refused',
    });
    await new Promise((done) => redirecting.close(done));
  });
});
