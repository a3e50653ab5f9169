import { BlockList, isIP } from 'node:net';

/** IPv4 blocks that do not lead to a host on the public internet: the IANA special-purpose registry, multicast and reserved. */
const specialIpv4Blocks: ReadonlyArray<readonly [string, number]> = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Within global unicast: protocol assignments and Teredo, documentation, 6to4. */
const specialIpv6Blocks: ReadonlyArray<readonly [string, number]> = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of specialIpv4Blocks) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of specialIpv6Blocks) special.addSubnet(network, prefix, 'ipv6');

/** All that IPv6 has of public addresses (RFC 4291); mapped, NAT64, unique local, link-local and multicast lie outside. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/**
 * Whether an IP address, as text, belongs to a host on the public internet. False for private, loopback, link-local (cloud metadata
 * among them), shared (CGNAT), documentation, multicast and unspecified ones, for IPv6 that carries an IPv4 address, and for other text.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  // With a zone (`fe80::1%eth0`) an address is local by definition.
  if (family !== 6 || address.includes('%')) return false;
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
