import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Allowed, canonicalHost, parseAllowed } from './allow.ts';
import { createPolicy, type Policy } from './policy.ts';

function allowing(...texts: readonly string[]): readonly Allowed[] {
  return texts.map((text) => {
    const entry = parseAllowed(text);
    if (!entry) throw new Error(`${text} is no entry`);
    return entry;
  });
}

const strict = createPolicy({ allow: [], ports: [] });
const to = (policy: Policy, address: string, { protocol = 'https:', host = 'h.example', port = 443 } = {}) =>
  policy({ protocol, host, port, address });

describe('addresses', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '192.0.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '2a00:1450::1',
  ])('%s is public', (address) => expect(to(strict, address)).toBe(true));

  test.each([
    ['this network', '0.0.0.0', '0.1.2.3'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ['shared (CGNAT)', '100.64.0.1', '100.127.255.255', '100.100.100.200'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['link-local and metadata', '169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254'],
    ['a platform’s own', '168.63.129.16'],
    ['protocol assignments', '192.0.0.1', '192.0.0.192', '192.88.99.1'],
    ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ['benchmarking', '198.18.0.1', '198.19.255.255', '2001:2::1'],
    ['multicast, reserved, broadcast', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', 'ff02::1'],
    ['unspecified, unique local, site-local', '::', 'fc00::1', 'fd12::1', 'fec0::1'],
    ['IPv4 in IPv6, mapped', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:0:10.0.0.1'],
    ['IPv4 in IPv6, compatible', '::10.0.0.1', '::8.8.8.8'],
    ['NAT64', '64:ff9b::a00:1', '64:ff9b:1::a00:1'],
    ['6to4, Teredo, ORCHID', '2002:a00:1::', '2001::a00:1', '2001:20::1'],
    ['discard, SRv6, what IANA has not allocated', '100::1', '5f00::1', '4000::1', 'e000::1'],
    ['no address', '', 'example.org', '1.2.3', '0x7f000001', '1.2.3.4.5'],
  ])('%s is not', (_kind, ...addresses) => {
    for (const address of addresses) expect([address, to(strict, address)]).toEqual([address, false]);
  });
});

test('plain http and other ports, schemes and hosts need the operator', () => {
  expect(to(strict, '8.8.8.8', { protocol: 'http:', port: 80 })).toBe(false);
  expect(to(strict, '8.8.8.8', { port: 8443 })).toBe(false);
  expect(to(strict, '8.8.8.8', { port: 80 })).toBe(false);
  expect(to(createPolicy({ allow: [], ports: [8443] }), '8.8.8.8', { port: 8443 })).toBe(true);
  for (const protocol of ['file:', 'ftp:', 'gopher:', 'data:', ''])
    expect(to(createPolicy({ allow: allowing('0.0.0.0/0'), ports: [] }), '8.8.8.8', { protocol })).toBe(
      false,
    );
});

describe('what the operator allows', () => {
  const http = (port: number, host = 'h.example') => ({ protocol: 'http:', host, port });

  test('a host with its port', () => {
    const policy = createPolicy({ allow: allowing('Models.Internal:11434'), ports: [] });
    expect(to(policy, '10.0.0.1', http(11434, 'models.internal'))).toBe(true);
    expect(to(policy, '10.0.0.1', http(80, 'models.internal'))).toBe(false);
    expect(to(policy, '10.0.0.1', http(11434, 'evil.models.internal'))).toBe(false);
  });

  test('a host on the usual ports', () => {
    const policy = createPolicy({ allow: allowing('idp.internal'), ports: [8443] });
    for (const [port, may] of [
      [80, true],
      [443, true],
      [8443, true],
      [22, false],
    ] as const)
      expect(to(policy, '10.0.0.1', http(port, 'idp.internal'))).toBe(may);
  });

  test('a network, of its own family only', () => {
    const policy = createPolicy({
      allow: allowing('10.1.0.0/16', '[fd00:1::]/32:8080', '127.0.0.1:9'),
      ports: [],
    });
    expect(to(policy, '10.1.2.3', http(80))).toBe(true);
    expect(to(policy, '10.2.0.1', http(80))).toBe(false);
    expect(to(policy, '::ffff:10.1.2.3', http(80))).toBe(false);
    expect(to(policy, 'fd00:1::5', http(8080))).toBe(true);
    expect(to(policy, 'fd00:1::5', http(80))).toBe(false);
    expect(to(policy, '127.0.0.1', http(9))).toBe(true);
    expect(to(policy, '127.0.0.2', http(9))).toBe(false);
  });
});

describe('an entry', () => {
  test.each([
    ['example.org', 'example.org', null],
    ['EXAMPLE.org.:8080', 'example.org', 8080],
    ['bücher.example', 'xn--bcher-kva.example', null],
    ['localhost:1234', 'localhost', 1234],
  ])('%s is a host', (text, host, port) => expect(parseAllowed(text)).toEqual({ host, network: null, port }));

  test.each([
    ['10.0.0.0/8', 8, null],
    ['10.0.0.1', 32, null],
    ['10.0.0.0/8:8080', 8, 8080],
    ['::1', 128, null],
    ['fd00::/8', 8, null],
    ['[fd00::]/8:8080', 8, 8080],
    ['[::1]:80', 128, 80],
  ])('%s is a network', (text, bits, port) => {
    expect(parseAllowed(text)).toMatchObject({ host: null, port });
    expect(parseAllowed(text)?.network?.[1]).toBe(bits);
  });

  test.each([
    '',
    ' ',
    'http://a',
    'a/b',
    'a@b',
    'a:0',
    'a:65536',
    'a:b',
    '10.0.0.0/33',
    '*',
    'a b',
    '?',
    '#',
    '*.a.b',
  ])('“%s” is none', (text) => expect(parseAllowed(text)).toBeUndefined());
});

/** Ways to write an IPv4 address that browsers, resolvers and `inet_aton` understand. */
const NOTATIONS: readonly ((bytes: readonly number[]) => string)[] = [
  (bytes) => bytes.join('.'),
  (bytes) => `${bytes.join('.')}.`,
  (bytes) => String(bytes.reduce((sum, byte) => sum * 256 + byte, 0)),
  (bytes) => `0x${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`,
  (bytes) => bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
  (bytes) => bytes.map((byte) => `0X${byte.toString(16)}`).join('.'),
  ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${b}.${c * 256 + d}`,
  (bytes) => bytes.join('。'),
  (bytes) =>
    [...bytes.join('.')].map((c) => (c === '.' ? c : String.fromCodePoint(0xff10 + Number(c)))).join(''),
  (bytes) => [...bytes.join('.')].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(''),
  (bytes) => `[::ffff:${bytes.join('.')}]`,
  (bytes) => `[::${bytes.join('.')}]`,
  (bytes) => `[64:ff9b::${bytes.join('.')}]`,
  ([a = 0, b = 0, c = 0, d = 0]) => `[2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::1]`,
];

test('a private address stays private in every notation', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const inside = fc.oneof(
    fc.tuple(fc.constantFrom(10, 127, 0), byte, byte, byte),
    fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  );
  fc.assert(
    fc.property(inside, fc.constantFrom(...NOTATIONS), (bytes, write) => {
      const text = `https://${write(bytes)}/`;
      if (!URL.canParse(text)) return;
      const host = canonicalHost(new URL(text).hostname);
      expect(to(strict, host, { host })).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
