import assert from 'node:assert/strict';
import test from 'node:test';
import { imageNameOf, namesFor } from './image-name.ts';

test('a name is written out, and where everybody’s images come from is left out', () => {
  assert.equal(imageNameOf('alpine'), 'alpine:latest');
  assert.equal(imageNameOf('docker.io/library/alpine:3.20'), 'alpine:3.20');
  assert.equal(imageNameOf('localhost/team/app:v1'), 'team/app:v1');
  assert.equal(
    imageNameOf('registry.example:5000/team/app'),
    'registry.example:5000/team/app:latest',
  );
});

test('what could be anything else than a name is none', () => {
  for (const text of [
    '',
    'A',
    '../x',
    'a/../b',
    '/a',
    'a//b',
    'a:',
    'a:..',
    'a:b/c',
    'a\n',
    '-a',
  ]) {
    assert.equal(imageNameOf(text), undefined, JSON.stringify(text));
  }
  assert.equal(imageNameOf('x'.repeat(300)), undefined);
});

test('an image without a name has that of its file, and one with a tag alone its repository', () => {
  assert.deepEqual(namesFor([], '/tmp/My-App.tar.gz'), ['my-app:latest']);
  assert.deepEqual(namesFor([':v2'], 'layouts/app'), ['app:v2']);
  assert.deepEqual(namesFor(['a:1', 'b'], 'x.tar'), ['a:1', 'b:latest']);
  assert.throws(
    () => namesFor([], '/tmp/???.tar'),
    /no name for an image: give one after the file/,
  );
});
