import assert from 'node:assert/strict';
import test from 'node:test';
import type { Assertion } from '../../protocol/check.ts';
import { madeUpEvidence } from '../../testing/evidence.ts';
import { isCut, needsOf, unionOfNeeds } from './needs.ts';

const sectionsOf = (...assertions: Assertion[]) => [...needsOf(assertions).sections].sort();

test('only what is asked about is read', () => {
  assert.deepEqual(sectionsOf({ process: { command: 'init' } }), []);
  assert.deepEqual(sectionsOf({ container: { own: ['net'] } }, { cgroup: 1 }), []);
  assert.deepEqual(
    sectionsOf({ namespace: { type: 'uts', of: 'machine', hostname: 'glass' } }),
    [],
  );
  assert.deepEqual(sectionsOf({ namespace: { type: 'uts', of: 'other' } }), ['held']);
  assert.deepEqual(sectionsOf({ group: { path: '/a' } }), ['groups']);
  assert.deepEqual(sectionsOf({ overlay: {} }), ['overlays']);
});

test('what is in a namespace is read by its kind, and so is what it lacks', () => {
  const machine = (content: object) =>
    sectionsOf({ namespace: { type: 'net', of: 'machine', ...content } });
  assert.deepEqual(machine({ interface: { name: 'eth0' } }), ['network']);
  assert.deepEqual(machine({ interface: { peer: 'other' } }), ['held', 'network']);
  assert.deepEqual(machine({ route: { to: 'default' } }), ['network']);
  assert.deepEqual(machine({ listens: 80 }), ['ports']);
  assert.deepEqual(machine({ mount: { target: '/' } }), ['mounts']);
  assert.deepEqual(machine({ queue: { kind: 'messages' } }), ['queues']);
  assert.deepEqual(machine({ lacks: { queue: { kind: 'posix' }, listens: 80 } }), [
    'ports',
    'queues',
  ]);
});

test('what is deep inside is read, too, each thing once', () => {
  const group: Assertion = { group: { path: '/a' } };
  const file = { of: 'machine', path: '/tmp/a' } as const;
  const probe = { command: ['true'], exit: 0, why: 'There is no other way to know it.' };
  const deep: Assertion = {
    all: [{ any: [{ not: group }, { file }] }, { sequence: [{ probe }, { file: { ...file } }] }],
  };
  const needs = unionOfNeeds([needsOf([deep]), needsOf([deep, { overlay: {} }])]);
  assert.deepEqual([...needs.sections].sort(), ['groups', 'overlays']);
  assert.deepEqual(needs.files, [file]);
  assert.deepEqual(needs.probes, [probe]);
});

test('what was cut matters to who asked for it', () => {
  const needs = needsOf([{ group: { path: '/a' } }]);
  const cut = (...parts: ('groups' | 'mounts' | 'processes' | 'time')[]) =>
    isCut(needs, madeUpEvidence([], { cut: parts }).snapshot);
  assert.ok(!cut());
  assert.ok(!cut('mounts'));
  assert.ok(cut('mounts', 'groups'));
  assert.ok(cut('processes'));
  assert.ok(cut('time'));
});
