import assert from 'node:assert/strict';
import test from 'node:test';
import { type ImageReference, readReference, writeReference } from './reference.ts';

const REFERENCE: ImageReference = {
  manifest: 'a'.repeat(64),
  image: 'b'.repeat(64),
  created: '2024-01-01T00:00:00Z',
  size: 42,
  layers: ['c'.repeat(64), 'd'.repeat(64)],
  environment: ['A=one\ntwo', 'B=back\\slash'],
  workdir: '/',
  user: '0',
  entrypoint: [],
  command: ['sh', ''],
  expose: [],
  stopSignal: undefined,
};

test('a reference has one line for each value, whatever is in it', () => {
  const lines = writeReference(REFERENCE).split('\n');
  assert.deepEqual(lines.slice(6), [
    'env A=one\\ntwo',
    'env B=back\\\\slash',
    'workdir /',
    'user 0',
    'command sh',
    'command ',
    '',
  ]);
});

test('what the host needs of a reference is read back', () => {
  const { manifest, image, created, size, layers } = REFERENCE;
  assert.deepEqual(readReference(writeReference(REFERENCE)), {
    manifest,
    image,
    created,
    size,
    layers,
  });
});

test('a value can not pass for another line', () => {
  const text = writeReference({ ...REFERENCE, environment: ['A=x\nlayer 0'] });
  assert.deepEqual(readReference(text).layers, REFERENCE.layers);
});
