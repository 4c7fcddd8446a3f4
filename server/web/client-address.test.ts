import assert from 'node:assert/strict';
import test from 'node:test';
import { parseNetworks, unreadableNetwork } from '../networks.ts';
import { clientAddress, countedAddress } from './client-address.ts';

const request = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});
const trusting = (list: string) => (peer: string, forwarded?: string) =>
  clientAddress(request(peer, forwarded), parseNetworks(list));

test('without a trusted proxy the peer counts, whatever it says of itself', () => {
  const addressOf = trusting('');
  assert.equal(addressOf('203.0.113.7'), '203.0.113.7');
  assert.equal(addressOf('203.0.113.7', '198.51.100.1'), '203.0.113.7');
  assert.equal(trusting('10.0.0.1')('203.0.113.7', '198.51.100.1'), '203.0.113.7');
});

test('a trusted proxy says whom it speaks for: the nearest that is no trusted proxy', () => {
  const addressOf = trusting('127.0.0.1,10.0.0.0/8,fd00::/8');
  assert.equal(addressOf('127.0.0.1', '198.51.100.1'), '198.51.100.1');
  assert.equal(addressOf('127.0.0.1', '1.1.1.1, 198.51.100.1'), '198.51.100.1');
  assert.equal(addressOf('10.1.2.3', '1.1.1.1,198.51.100.1, 10.9.9.9'), '198.51.100.1');
  assert.equal(addressOf('10.1.2.3', '10.5.5.5, 10.9.9.9'), '10.5.5.5', 'a learner among them');
  assert.equal(addressOf('fd00::1', '2001:db8:1:2:3::4'), '2001:db8:1:2::/64');
  assert.equal(addressOf('::ffff:127.0.0.1', '198.51.100.1'), '198.51.100.1');
});

test('what is no list of addresses counts for nothing', () => {
  const addressOf = trusting('127.0.0.1');
  for (const malformed of [
    '',
    'unknown',
    '198.51.100.1:80',
    '198.51.100.1,',
    '300.1.1.1',
    '[::1]',
  ]) {
    assert.equal(addressOf('127.0.0.1', malformed), '127.0.0.1', JSON.stringify(malformed));
  }
  assert.equal(addressOf('127.0.0.1'), '127.0.0.1');
  assert.equal(addressOf('127.0.0.1', 'nonsense, 198.51.100.1'), '198.51.100.1');
});

test('IPv6 is counted by its first 64 bits, IPv4 in IPv6 as IPv4', () => {
  const network = '2001:db8:0:1::/64';
  for (const address of ['2001:db8:0:1::5', '2001:db8:0:1:ffff:1:2:3', '2001:0DB8:0000:0001::']) {
    assert.equal(countedAddress(address), network, address);
  }
  assert.notEqual(countedAddress('2001:db8:0:2::5'), network);
  assert.equal(countedAddress('::1'), '0:0:0:0::/64');
  assert.equal(countedAddress('64:ff9b::192.0.2.1'), '64:ff9b:0:0::/64');
  const addressOf = trusting('');
  assert.equal(addressOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(addressOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
});

test('a list of networks that can not be read names what is wrong', () => {
  assert.equal(unreadableNetwork(''), undefined);
  assert.equal(unreadableNetwork('10.0.0.0/8, ::1,192.0.2.1'), undefined);
  for (const wrong of ['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', '']) {
    assert.equal(unreadableNetwork(`10.0.0.1,${wrong}`), wrong);
  }
});
