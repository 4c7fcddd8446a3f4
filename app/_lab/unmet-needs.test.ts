import assert from 'node:assert/strict';
import test from 'node:test';
import type { MissingNeed, SandboxNeed } from '../../server/protocol/needs.ts';
import { exampleLife } from '../../server/testing/lifetime.ts';
import type { Machine } from './lab-state.ts';
import { unmetNeeds } from './unmet-needs.ts';

const machine = (needs: SandboxNeed[], missing: MissingNeed[] = []): Machine => ({
  kind: 'running',
  clockOffsetMs: 0,
  state: {
    id: '00000000000a',
    hostname: 'machine',
    hostPid: 1,
    createdAt: 0,
    life: exampleLife(),
    fresh: true,
    needs,
    missing,
    cgroupVersion: 2,
    trace: [],
  },
});

test('a machine with all that the lesson needs, and more, is fine', () => {
  assert.equal(unmetNeeds([], machine([])), null);
  assert.equal(unmetNeeds(['disk'], machine(['netfilter', 'disk'])), null);
});

test('what the machine was made without is named', () => {
  const unmet = unmetNeeds(['disk', 'netfilter'], machine(['netfilter']));
  assert.deepEqual(unmet, { lacking: ['disk'], missing: [] });
});

test('what the host could not give is named only where the lesson needs it', () => {
  const missing = [{ need: 'disk', why: 'This kernel has no ext4.' }] as const;
  const made = machine(['disk'], [...missing]);
  assert.deepEqual(unmetNeeds(['disk'], made), { lacking: [], missing });
  assert.equal(unmetNeeds([], made), null);
});

test('without a machine nothing is said', () => {
  assert.equal(unmetNeeds(['disk'], { kind: 'making' }), null);
});
