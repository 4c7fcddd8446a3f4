import assert from 'node:assert/strict';
import { mkdtempSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { ConfigurationError, labName, parseConfiguration } from './configuration.ts';

test('without options the lab listens on loopback only', () => {
  const configuration = parseConfiguration([], {});
  assert.equal(configuration.address, '127.0.0.1');
  assert.equal(configuration.port, 3000);
  assert.equal(configuration.dataDirectory, '/var/lib/glassbox');
  assert.equal(configuration.imagesDirectory, '/var/lib/glassbox/images');
  assert.deepEqual(configuration.life, {
    idleMs: 30 * 60_000,
    awayMs: 15 * 60_000,
    lifeMs: 120 * 60_000,
    extendMs: 30 * 60_000,
    lifeMaxMs: 360 * 60_000,
  });
  assert.equal(configuration.connectionsPerAddress, 1000);
  assert.equal(configuration.machinesPerAddress, 0);
  assert.equal(configuration.trustProxy, '');
  assert.equal(configuration.webUid, 61347);
  assert.equal(configuration.outside, 'no');
  assert.ok(configuration.sandboxesMax >= 4 && configuration.sandboxesMax <= 500);
});

test('a flag wins over a variable, and an empty variable is none', () => {
  const environment = { GLASSBOX_PORT: '4000', GLASSBOX_IDLE_MINUTES: '', GLASSBOX_DATA: '/data' };
  const configuration = parseConfiguration(['--port', '5000', '--life-minutes=0.5'], environment);
  assert.equal(configuration.port, 5000);
  assert.equal(configuration.life.idleMs, 30 * 60_000);
  assert.equal(configuration.life.lifeMs, 30_000);
  assert.equal(configuration.imagesDirectory, '/data/images');
});

test('extensions can be forbidden, and a long life is no contradiction', () => {
  const args = ['--extend-minutes', '0', '--life-minutes', '600'];
  const { life } = parseConfiguration(args, {});
  assert.equal(life.extendMs, 0);
  assert.equal(life.lifeMaxMs, life.lifeMs);
});

test('what can not be used is refused with the name of the option', () => {
  const bad = [
    ['--port', '70000'],
    ['--port', 'http'],
    ['--idle-minutes', '0'],
    ['--max-sandboxes', '1.5'],
    ['--web-uid', '0'],
    ['--allow-outside', 'yes'],
    ['--extend-minutes', '-1'],
    ['--connections-per-address', '0'],
    ['--trust-proxy', '10.0.0.0/8,localhost'],
    ['--trust-proxy', '10.0.0.0/33'],
    ['--address', ''],
  ];
  for (const args of bad) {
    assert.throws(
      () => parseConfiguration(args, {}),
      (error) => error instanceof ConfigurationError && error.message.includes(args[0] ?? ''),
      args.join(' '),
    );
  }
});

test('an unknown option is refused, with the known ones', () => {
  assert.throws(() => parseConfiguration(['--prot', '3000'], {}), /--prot.*--port/s);
  assert.throws(() => parseConfiguration(['3000'], {}), ConfigurationError);
});

test('a lab has one name, by whatever path its data directory is reached', (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-name-'));
  const link = `${directory}-link`;
  symlinkSync(directory, link);
  context.after(() => {
    unlinkSync(link);
    rmdirSync(directory);
  });
  assert.match(labName(directory), /^glassbox-[0-9a-f]{8}$/);
  assert.equal(labName(link), labName(directory));
});
