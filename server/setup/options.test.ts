import assert from 'node:assert/strict';
import test from 'node:test';
import { parseOptions } from './options.mjs';

test('what nobody has chosen is what is usual', () => {
  const options = parseOptions([], {});
  assert.deepEqual(options, {
    install: true,
    data: '/var/lib/glassbox',
    images: '/var/lib/glassbox/images',
    address: '127.0.0.1',
    port: 3000,
    outside: false,
    rest: [],
  });
});

test('a flag counts more than a variable, in both ways of writing it', () => {
  const environment = { GLASSBOX_PORT: '1', GLASSBOX_DATA: '/srv/a' };
  const options = parseOptions(['--port=4000', '--data', '/srv/b'], environment);
  assert.deepEqual([options.port, options.data, options.images], [4000, '/srv/b', '/srv/b/images']);
});

test('--no-install is for set-up alone and is not handed on', () => {
  const options = parseOptions(['--no-install', '--idle-minutes', '5'], {});
  assert.equal(options.install, false);
  assert.deepEqual(options.rest, ['--idle-minutes', '5']);
});

test('a port that is none and a flag without its value are refused with a sentence', () => {
  assert.throws(() => parseOptions(['--port', '70000'], {}), /"70000" is no port/);
  assert.throws(() => parseOptions(['--data'], {}), /--data needs a value/);
});
