import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ARCHIVE_LIMITS } from './archive-limits.ts';
import { digestOf } from './digest.ts';
import { setAttribute } from './kernel-files.ts';
import { type LayerEntry, packLayer, packTree } from './pack-layer.ts';
import { fullBudget, unpackLayer } from './unpack-layer.ts';

const ENTRIES: readonly LayerEntry[] = [
  { path: 'srv/start', kind: 'file', mode: 0o755, content: Buffer.from('#!/bin/sh\n') },
  { path: 'srv', kind: 'directory' },
  { path: 'srv/link', kind: 'symlink', target: 'start' },
  { path: 'srv/.wh.old', kind: 'file', mode: 0o644, content: Buffer.alloc(0) },
];

function temporary(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'glassbox-layer-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the same files give the same layer, in whatever order and at whatever time', async (context) => {
  const folder = temporary(context);
  const one = await packLayer(ENTRIES, join(folder, 'one'));
  const two = await packLayer([...ENTRIES].reverse(), join(folder, 'two'));
  assert.deepEqual(one, two);
  const blob = readFileSync(join(folder, 'one'));
  assert.equal(digestOf(blob), one.digest);
  assert.equal(digestOf(gunzipSync(blob)), one.diffId);
});

test('a tree and a copy of it give the same layer, with owners, modes, times and capabilities', async (context) => {
  const folder = temporary(context);
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  writeFileSync(join(tree, 'bin/ping'), 'ping');
  chmodSync(join(tree, 'bin/ping'), 0o4755);
  setAttribute(join(tree, 'bin/ping'), 'security.capability', capability());
  linkSync(join(tree, 'bin/ping'), join(tree, 'bin/ping6'));
  mkdirSync(join(tree, 'tmp'));
  chmodSync(join(tree, 'tmp'), 0o1777);
  const copy = join(folder, 'copy');
  execFileSync('cp', ['--archive', tree, copy]);
  const one = await packTree(tree, join(folder, 'one'));
  assert.deepEqual(await packTree(copy, join(folder, 'two')), one);
  const back = join(folder, 'back');
  const unpacked = await unpackLayer(
    join(folder, 'one'),
    back,
    ARCHIVE_LIMITS,
    fullBudget(ARCHIVE_LIMITS),
  );
  assert.deepEqual(unpacked, { diffId: one.diffId, bytes: 4 });
  assert.deepEqual(await packTree(back, join(folder, 'three')), one);
});

/** Version 2 of vfs_cap_data: cap_net_raw, permitted and effective. */
function capability(): Buffer {
  const value = Buffer.alloc(20);
  value.writeUInt32LE(0x02000001, 0);
  value.writeUInt32LE(1 << 13, 4);
  return value;
}
