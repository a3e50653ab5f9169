import { expect, test } from 'vitest';
import { isPublicAddress } from '../../src/platform/public-address.ts';

test.each([
  ['unspecified', '0.0.0.0', '0.255.255.255', '::'],
  ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12::1'],
  ['shared', '100.64.0.1', '100.127.255.254'],
  ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
  ['link-local, metadata among them', '169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254'],
  ['protocol and documentation', '192.0.0.170', '192.0.2.1', '198.51.100.1', '203.0.113.9', '2001:db8::1', '3fff::1'],
  ['benchmark', '198.18.0.1', '198.19.255.255'],
  ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
  ['reserved and broadcast', '240.0.0.1', '255.255.255.255'],
  [
    'IPv4 in IPv6',
    '::ffff:8.8.8.8',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::808:808',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
  ],
  ['anything but an address', '', 'localhost', '2130706433', '127.1', '8.8.8.8.', '1.2.3'],
])('%s is not public', (_, ...addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([]);
});

test('what lies just beside is', () => {
  const public4 = [
    '1.0.0.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
  ];
  const more = ['128.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0', '223.255.255.255'];
  const public6 = ['2000::1', '2001:200::1', '2003::1', '2606:4700::1111', '2a00:1450::1', '3ffe::1'];
  expect([...public4, ...more, ...public6].filter((address) => !isPublicAddress(address))).toEqual([]);
});
