import assert from 'node:assert/strict';
import test from 'node:test';
import type { ErrorCode } from '../../server/protocol/errors.ts';
import type { SandboxState } from '../../server/protocol/sandbox-state.ts';
import { exampleLife } from '../../server/testing/lifetime.ts';
import { attached } from './example-terminal.ts';
import { isLive } from './lab-state.ts';
import { createLabStore } from './store.ts';

const sandbox = (change: Partial<SandboxState> = {}): SandboxState => ({
  id: '0123456789ab',
  hostname: 'machine',
  hostPid: 4711,
  createdAt: 1000,
  life: exampleLife({ now: 5000, endsAt: 8000 }),
  fresh: true,
  needs: [],
  missing: [],
  cgroupVersion: 2,
  trace: [],
  ...change,
});

const error = (code: ErrorCode) => ({ code, message: 'what was tried', hint: 'what to do' });

function liveStore() {
  const store = createLabStore();
  store.dispatch({ type: 'link', link: { kind: 'open' } });
  store.dispatch({
    type: 'received',
    at: 4000,
    message: { type: 'machine', state: sandbox(), terminals: [] },
  });
  return store;
}

test('the page says that nothing can be saved until it can be, or until it is told anew', () => {
  const store = liveStore();
  const hear = (
    message: { type: 'progress-saved' } | { type: 'progress-unsaved'; message: string },
  ) => store.dispatch({ type: 'received', at: 4000, message });
  hear({ type: 'progress-unsaved', message: 'the disk is full' });
  assert.equal(store.get().unsaved, true);
  hear({ type: 'progress-saved' });
  assert.equal(store.get().unsaved, false);
  hear({ type: 'progress-unsaved', message: 'the disk is full' });
  store.dispatch({ type: 'link', link: { kind: 'open' } });
  assert.equal(store.get().unsaved, false);
});

const opened = attached({});

test('a page is live only while it is connected to a running machine', () => {
  const store = createLabStore();
  assert.equal(isLive(store.get()), false);
  store.dispatch({ type: 'link', link: { kind: 'open' } });
  assert.equal(isLive(store.get()), false);
  store.dispatch({
    type: 'received',
    at: 0,
    message: { type: 'machine', state: sandbox(), terminals: [] },
  });
  assert.equal(isLive(store.get()), true);
  store.dispatch({
    type: 'link',
    link: { kind: 'lost', attempt: 1, retryAt: 1, cause: 'lost' },
  });
  assert.equal(isLive(store.get()), false);
});

test("the page corrects its own clock by the lab's", () => {
  const { machine } = liveStore().get();
  assert.equal(machine.kind === 'running' && machine.clockOffsetMs, 1000);
});

test('a lost connection keeps the machine, its terminals and the X-ray on the page', () => {
  const store = liveStore();
  store.dispatch({ type: 'received', at: 0, message: opened });
  store.dispatch({
    type: 'link',
    link: { kind: 'lost', attempt: 1, retryAt: 1, cause: 'lost' },
  });
  assert.equal(store.get().machine.kind, 'running');
  assert.equal(store.get().terminals.machine.shell.kind, 'running');
});

test('the same machine after a reconnect keeps its terminals', () => {
  const store = liveStore();
  store.dispatch({ type: 'received', at: 0, message: opened });
  store.dispatch({
    type: 'received',
    at: 0,
    message: { type: 'machine', state: sandbox({ fresh: false }), terminals: [] },
  });
  assert.equal(store.get().terminals.machine.shell.kind, 'running');
});

test('another machine begins with nothing of the one before', () => {
  const store = liveStore();
  store.dispatch({ type: 'received', at: 0, message: opened });
  store.dispatch({ type: 'step-opened', lesson: 'uts', step: 'rename' });
  store.dispatch({
    type: 'received',
    at: 0,
    message: {
      type: 'check',
      lesson: 'uts',
      step: 'rename',
      state: { checks: [{ done: true, conditions: [true], hints: [] }], cut: false },
    },
  });
  store.dispatch({
    type: 'received',
    at: 0,
    message: { type: 'machine', state: sandbox({ id: 'ba9876543210' }), terminals: [] },
  });
  assert.equal(store.get().terminals.machine.shell.kind, 'closed');
  assert.deepEqual(store.get().check, { lesson: 'uts', step: 'rename', state: null });
});

test('a machine that is gone says why and takes its terminals with it', () => {
  const store = liveStore();
  store.dispatch({ type: 'received', at: 0, message: opened });
  store.dispatch({ type: 'received', at: 0, message: { type: 'gone', reason: 'expired' } });
  assert.deepEqual(store.get().machine, { kind: 'gone', reason: 'expired' });
  assert.equal(store.get().terminals.machine.shell.kind, 'closed');
  assert.equal(store.get().xray, null);
});

test('a reset that this page asked for waits for the next machine; one from another page says so', () => {
  const store = liveStore();
  store.dispatch({ type: 'machine-asked' });
  store.dispatch({ type: 'received', at: 0, message: { type: 'gone', reason: 'reset' } });
  assert.equal(store.get().machine.kind, 'making');
  const other = liveStore();
  other.dispatch({ type: 'received', at: 0, message: { type: 'gone', reason: 'reset' } });
  assert.equal(other.get().machine.kind, 'gone');
});

test('asking for a machine again forgets why the last one failed', () => {
  const store = createLabStore();
  store.dispatch({
    type: 'received',
    at: 0,
    message: { type: 'error', error: error('lab-full') },
  });
  assert.equal(store.get().machine.kind, 'failed');
  store.dispatch({ type: 'machine-asked' });
  assert.equal(store.get().machine.kind, 'making');
});

test('only a terminal that is being opened can fail to open', () => {
  const store = liveStore();
  store.dispatch({ type: 'received', at: 0, message: opened });
  store.dispatch({ type: 'terminal-asked', terminal: 'container' });
  store.dispatch({
    type: 'received',
    at: 0,
    message: { type: 'error', error: error('terminal-failed') },
  });
  assert.equal(store.get().terminals.machine.shell.kind, 'running');
  assert.equal(store.get().terminals.container.shell.kind, 'failed');
});

test('a shell that ends keeps its exit code until a new one runs', () => {
  const store = liveStore();
  store.dispatch({ type: 'received', at: 0, message: opened });
  store.dispatch({
    type: 'received',
    at: 0,
    message: { type: 'terminal-ended', terminal: 'machine', exitCode: 3, signal: 0 },
  });
  assert.deepEqual(store.get().terminals.machine.shell, { kind: 'ended', exitCode: 3, signal: 0 });
  store.dispatch({ type: 'received', at: 0, message: opened });
  assert.equal(store.get().terminals.machine.shell.kind, 'running');
});

test('keys that nothing could receive are counted until the terminal is back', () => {
  const store = liveStore();
  store.dispatch({ type: 'key-dropped', terminal: 'machine' });
  store.dispatch({ type: 'key-dropped', terminal: 'machine' });
  assert.equal(store.get().terminals.machine.keysDropped, 2);
  store.dispatch({ type: 'received', at: 0, message: opened });
  assert.equal(store.get().terminals.machine.keysDropped, 0);
});

test('a check of a step that is no longer open changes nothing', () => {
  const store = liveStore();
  store.dispatch({ type: 'step-opened', lesson: 'uts', step: 'look' });
  const before = store.get();
  store.dispatch({
    type: 'received',
    at: 0,
    message: {
      type: 'check',
      lesson: 'uts',
      step: 'rename',
      state: { checks: [{ done: true, conditions: [true], hints: [] }], cut: false },
    },
  });
  assert.equal(store.get(), before);
});

test('listeners hear of changes, and not after they have left', () => {
  const store = createLabStore();
  let heard = 0;
  const leave = store.subscribe(() => {
    heard += 1;
  });
  store.dispatch({ type: 'link', link: { kind: 'open' } });
  leave();
  store.dispatch({ type: 'link', link: { kind: 'connecting', attempt: 1 } });
  assert.equal(heard, 1);
});
