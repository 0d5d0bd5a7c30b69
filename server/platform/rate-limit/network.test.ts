import { describe, expect, test } from 'vitest';
import { networkOf, siteOf } from './network.ts';

describe('networkOf', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['2001:db8::', '2001:db8:0:0'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('siteOf', () => {
  test.each([
    ['192.0.2.7', 'site 192.0.2'],
    ['::ffff:192.0.2.7', 'site 192.0.2'],
    ['2001:db8:1:2:3:4:5:6', 'site 2001:db8:1'],
    ['2001:db8:1:ffff::1', 'site 2001:db8:1'],
    ['2001:db8:2::1', 'site 2001:db8:2'],
    ['', 'site '],
  ])('%s is at %s', (address, site) => {
    expect(siteOf(address)).toBe(site);
  });
});
