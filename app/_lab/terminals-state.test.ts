import assert from 'node:assert/strict';
import test from 'node:test';
import type { OpenTerminal } from '../../server/protocol/terminals.ts';
import { attached } from './example-terminal.ts';
import {
  afterList,
  afterNews,
  allClosed,
  CLOSED_TERMINALS,
  namesOf,
  seen,
  withoutTerminal,
  withTerminal,
} from './terminals-state.ts';

const open = (change: Partial<OpenTerminal> = {}): OpenTerminal => ({
  terminal: 'tty3',
  serial: 4,
  inside: null,
  running: true,
  ...change,
});

const running = (serial: number) => attached({ terminal: 'tty3', serial });

test('a terminal is there while the lab says so, and the lesson’s two always', () => {
  const one = afterList(CLOSED_TERMINALS, [open()]);
  assert.deepEqual(namesOf(one), ['machine', 'container', 'tty3']);
  assert.equal(one.tty3?.shell.kind, 'closed');
  assert.deepEqual(namesOf(afterList(one, [])), ['machine', 'container']);
});

test('a list that says nothing new leaves a shell as it is', () => {
  const attached = afterNews(afterList(CLOSED_TERMINALS, [open()]), running(4));
  assert.deepEqual(afterList(attached, [open()]).tty3, attached.tty3);
});

test('a name that is used again is another terminal', () => {
  const ended = withTerminal(afterNews(afterList(CLOSED_TERMINALS, [open()]), running(4)), 'tty3', {
    shell: { kind: 'ended', exitCode: 0, signal: 0 },
    unseen: true,
  });
  const again = afterList(ended, [open({ serial: 5 })]);
  assert.equal(again.tty3?.shell.kind, 'closed');
  assert.equal(again.tty3?.unseen, false);
});

test('a shell that another page has started anew runs here, too', () => {
  const attached = afterNews(afterList(CLOSED_TERMINALS, [open()]), running(4));
  const ended = afterNews(attached, {
    type: 'terminal-ended',
    terminal: 'tty3',
    exitCode: 3,
    signal: 0,
  });
  assert.equal(afterList(ended, [open({ running: false })]).tty3?.shell.kind, 'ended');
  assert.equal(afterList(ended, [open()]).tty3?.shell.kind, 'running');
});

test('news of a terminal that has been closed is no news', () => {
  assert.equal(afterNews(CLOSED_TERMINALS, running(4)), CLOSED_TERMINALS);
});

test('what has been printed out of sight is seen when it is shown', () => {
  const marked = withTerminal(afterList(CLOSED_TERMINALS, [open()]), 'tty3', { unseen: true });
  assert.equal(seen(marked, ['machine']), marked);
  assert.equal(seen(marked, ['machine', 'tty3']).tty3?.unseen, false);
});

test('a shell that is started again runs, and without a machine there is none but what it was stays', () => {
  const attached = afterNews(afterList(CLOSED_TERMINALS, [open()]), running(4));
  const ended = afterNews(attached, {
    type: 'terminal-ended',
    terminal: 'tty3',
    exitCode: 0,
    signal: 0,
  });
  const started = { type: 'terminal-started', terminal: 'tty3', serial: 4, shell: 2 } as const;
  const again = afterNews(ended, started);
  assert.equal(again.tty3?.shell.kind, 'running');
  const closed = allClosed(again);
  assert.deepEqual([closed.tty3?.shell.kind, closed.tty3?.serial], ['closed', 4]);
  assert.deepEqual(namesOf(withoutTerminal(closed, 'tty3')), ['machine', 'container']);
});
