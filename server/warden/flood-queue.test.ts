import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '../testing/eventually.ts';
import { FLOODS, FloodQueue, type FloodTurn } from './flood-queue.ts';

/** A program that prints whenever it is read, until told otherwise. */
class Flood {
  readonly turn: FloodTurn;
  reads = 0;
  #stopped = false;

  constructor(queue: FloodQueue) {
    this.turn = queue.join(() => setImmediate(() => this.read()));
  }

  read(): void {
    if (this.#stopped) return;
    this.reads += 1;
    this.turn.printed(4096);
    if (!this.turn.waits) setImmediate(() => this.read());
  }

  stop(): void {
    this.#stopped = true;
    this.turn.stop();
  }
}

const terminalOf = (queue: FloodQueue) => queue.join(() => {});

const READS_PER_SECOND = 500;

/** As many as a flood may have before it is one, and those it has in this time. */
const mostReads = (ms: number) => FLOODS.bytes / 4096 + 4 + (ms * READS_PER_SECOND) / 1_000;

test('while nobody types, and while somebody types in it alone, a flood never waits', () => {
  const queue = new FloodQueue();
  const flood = terminalOf(queue);
  for (let read = 0; read < 100; read += 1) flood.printed(4096);
  assert.equal(flood.waits, false);
  flood.typed();
  for (let read = 0; read < 100; read += 1) flood.printed(4096);
  assert.equal(flood.waits, false);
});

test('beside somebody who types, a listing does not wait and a flood does', () => {
  const queue = new FloodQueue();
  terminalOf(queue).typed();
  const listing = terminalOf(queue);
  listing.printed(FLOODS.bytes - 1);
  assert.equal(listing.waits, false);
  listing.printed(4096);
  assert.equal(listing.waits, true);
  listing.stop();
});

test('floods beside somebody who types share what there is, and all go on', async (context) => {
  const queue = new FloodQueue(READS_PER_SECOND);
  terminalOf(queue).typed();
  const floods = Array.from({ length: 5 }, () => new Flood(queue));
  context.after(() => {
    for (const flood of floods) flood.stop();
  });
  const began = performance.now();
  for (const flood of floods) flood.read();
  await eventually('each has been read often', () => floods.every(({ reads }) => reads > 20));
  const took = performance.now() - began;
  const reads = floods.map((flood) => flood.reads);
  const all = reads.reduce((sum, each) => sum + each);
  const free = (floods.length - 1) * mostReads(0);
  assert.ok(all <= mostReads(took) + free, `${all} reads in ${took} ms`);
  assert.ok(Math.max(...reads) - Math.min(...reads) <= 2, `in turns: ${reads}`);
});

test('a key in a terminal that floods brings its turn at once', async (context) => {
  const queue = new FloodQueue();
  terminalOf(queue).typed();
  const floods = Array.from({ length: 3 }, () => new Flood(queue));
  context.after(() => {
    for (const flood of floods) flood.stop();
  });
  for (const flood of floods) flood.read();
  await eventually('all wait', () => floods.every(({ turn }) => turn.waits));
  floods[2]?.turn.typed();
  assert.deepEqual(
    floods.map(({ turn }) => turn.waits),
    [true, true, false],
  );
});

test('who is closed while it waits is not read any more, and the others are', async (context) => {
  const queue = new FloodQueue();
  terminalOf(queue).typed();
  const closed = new Flood(queue);
  const other = new Flood(queue);
  context.after(() => other.stop());
  closed.read();
  other.read();
  await eventually('both wait', () => closed.turn.waits && other.turn.waits);
  closed.turn.stop();
  const { reads } = closed;
  const before = other.reads;
  await eventually('the other goes on', () => other.reads > before + 5);
  await wait(5);
  assert.equal(closed.reads, reads);
});

test('that somebody has typed counts also when that terminal has been closed since', () => {
  const queue = new FloodQueue();
  const typist = terminalOf(queue);
  typist.typed();
  typist.stop();
  const flood = terminalOf(queue);
  flood.printed(FLOODS.bytes);
  assert.equal(flood.waits, true);
  flood.stop();
});
