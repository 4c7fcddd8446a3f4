import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { LinePlace } from '../protocol/lifetime.ts';
import { eventually } from '../testing/eventually.ts';
import { startLab, type TestLab } from '../testing/lab.ts';
import { newSecret, TestPage, type TestTerminal } from '../testing/page.ts';
import { PATIENCE } from '../testing/patience.ts';

/** A class that starts all at once: what is measured is printed, and only what must never happen is asserted. */

const CLASS = 200;
const CLASS_COMES_WITHIN_MS = 10_000;

/** A hang is found by this; a slow host is not. */
const SERVED_WITHIN_MS = 120_000 * PATIENCE;

const ROOM = 20;
const CROWD = 60;

test('two hundred people in ten seconds each get a machine that answers, and who is in already types on', {
  timeout: SERVED_WITHIN_MS * 2,
}, async (context) => {
  const lab = startLab(context, ['--port', '0', '--max-sandboxes', '220', '--warm', '8']);
  const address = await lab.address();
  const honest = await TestPage.connect(address);
  await honest.hello(newSecret());
  const keys = new Keys(await honest.open('machine'));
  const quiet = await keys.measure(() => keys.count >= 200);

  const began = performance.now();
  const pages: TestPage[] = [];
  let served = 0;
  const arrivals = Array.from({ length: CLASS }, async (_, index) => {
    await until(began + (index * CLASS_COMES_WITHIN_MS) / CLASS);
    const came = performance.now();
    const page = await TestPage.connect(address);
    pages.push(page);
    await page.hello(newSecret());
    const machineMs = performance.now() - came;
    const terminal = await page.open('machine');
    await terminal.shows(/# $/);
    const promptMs = performance.now() - came;
    terminal.type('echo $((6*7))\n');
    await terminal.shows(/\r42\r\n/);
    served += 1;
    return { machineMs, promptMs, answerMs: performance.now() - came };
  });
  const [echoes, times] = await Promise.all([
    keys.measure(() => served === CLASS || performance.now() - began > SERVED_WITHIN_MS),
    Promise.all(arrivals),
  ]);
  const tookMs = performance.now() - began;
  for (const page of pages) {
    assert.ok(!page.heard.some(({ type }) => type === 'error' || type === 'gone'));
  }
  context.diagnostic(`all ${CLASS} served ${(tookMs / 1000).toFixed(1)} s after the first came`);
  for (const what of ['machineMs', 'promptMs', 'answerMs'] as const) {
    context.diagnostic(`${what}: ${described(times.map((time) => time[what]))}`);
  }
  context.diagnostic(`echo before: ${described(quiet)}`);
  context.diagnostic(`echo meanwhile: ${described(echoes)}`);
  assert.ok(percentile(echoes, 50) < 500 * PATIENCE, 'the keys of who is in already stay quick');
  await Promise.all([honest, ...pages].map((page) => page.close()));
});

test('sixty people at a lab with room for twenty are all served, in order', {
  timeout: SERVED_WITHIN_MS * 2,
}, async (context) => {
  const lab = startLab(context, [
    ...['--port', '0', '--max-sandboxes', String(ROOM), '--warm', '4'],
    ...['--life-minutes', String(0.25 * PATIENCE), '--extend-minutes', '0'],
  ]);
  await lab.address();
  const began = performance.now();
  const people = await Promise.all(
    Array.from({ length: CROWD }, () => Person.arrive(context, lab)),
  );
  await eventually('all have a machine or a place', () =>
    people.every((person) => person.hasMachine || person.place !== undefined),
  );
  assert.equal(people.filter(({ hasMachine }) => hasMachine).length, ROOM);
  const line = people.filter(({ hasMachine }) => !hasMachine).sort(byFirstPosition);
  assert.deepEqual(
    line.map(({ places }) => places[0]?.position),
    line.map((_, index) => index + 1),
  );
  const promised = line.map(({ places }) => places[0]?.latestAt ?? 0);
  assert.deepEqual(
    promised,
    [...promised].sort((one, other) => one - other),
  );

  // One gives up, and web is killed while they wait.
  const [gaveUp] = line.splice(5, 1);
  gaveUp?.page.say({ type: 'leave-line' });
  await line[5]?.until(({ position }) => position === 6);
  process.kill(lab.webPid(), 'SIGKILL');

  const order: Person[] = [];
  await Promise.all(
    line.map(async (person) => {
      await person.served();
      order.push(person);
    }),
  );
  context.diagnostic(
    `${line.length} served from the line in ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  const before = line.map((person) => person.servedAt - person.promisedAt).sort((a, b) => b - a);
  context.diagnostic(`latest against the first promise: ${((before[0] ?? 0) / 1000).toFixed(1)} s`);
  for (const person of line) {
    assert.deepEqual(person.failures, []);
    assert.ok(person.fellOnly(), `its places never got worse: ${JSON.stringify(person.places)}`);
    assert.ok(person.servedAt <= person.promisedAt, 'nobody waits longer than was promised');
  }
  // Those who are served together may hear of it in any order; generations never mix.
  for (const [index, person] of order.entries()) {
    assert.ok(
      Math.abs(line.indexOf(person) - index) < ROOM,
      `${line.indexOf(person)} came as ${index}`,
    );
  }
  for (const person of people) await person.leave();
});

/** Somebody with a browser, who comes back when the connection is lost. */
class Person {
  readonly secret = newSecret();
  readonly places: LinePlace[] = [];
  readonly failures: string[] = [];
  servedAt = 0;
  hasMachine = false;
  #page: TestPage | undefined;
  #left = false;

  static async arrive(context: TestContext, lab: TestLab): Promise<Person> {
    const person = new Person();
    context.after(() => person.leave());
    await person.#connect(lab);
    return person;
  }

  get page(): TestPage {
    if (this.#page === undefined) throw new Error('Not connected.');
    return this.#page;
  }

  get place(): LinePlace | undefined {
    return this.places.at(-1);
  }

  /** What the first place promised, and a web that was killed in between. */
  get promisedAt(): number {
    return this.places[0]?.latestAt ?? 0;
  }

  async served(): Promise<void> {
    await eventually(
      () => `it gets its machine; its places were ${JSON.stringify(this.places.at(-1))}`,
      () => this.hasMachine || this.failures.length > 0,
      SERVED_WITHIN_MS,
    );
  }

  async until(matches: (place: LinePlace) => boolean): Promise<void> {
    await eventually('the place is another', () => this.places.some(matches));
  }

  /** Neither a position nor a promise was ever followed by a worse one. */
  fellOnly(): boolean {
    return this.places.every((place, index) => {
      const before = this.places[index - 1];
      return (
        before === undefined ||
        (place.position <= before.position && place.latestAt <= before.latestAt + 1_000)
      );
    });
  }

  async leave(): Promise<void> {
    this.#left = true;
    await this.#page?.close();
  }

  async #connect(lab: TestLab): Promise<void> {
    for (;;) {
      try {
        this.#page = await TestPage.connect(await lab.address());
        break;
      } catch {
        // Web is being started anew.
        if (this.#left) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const { page } = this;
    page.onHeard = (message) => {
      if (message.type === 'place') this.places.push(message.place);
      if (message.type === 'error') this.failures.push(message.error.message);
      if (message.type === 'machine') {
        if (!this.hasMachine) this.servedAt = Date.now();
        this.hasMachine = true;
      }
    };
    page.socket.once('close', () => {
      if (!this.#left) void this.#connect(lab);
    });
    page.greet(this.secret, 'uts', !this.hasMachine);
  }
}

/** Single keys into one terminal, each as soon as the one before is on the screen. */
class Keys {
  readonly #terminal: TestTerminal;
  count = 0;

  constructor(terminal: TestTerminal) {
    this.#terminal = terminal;
  }

  /** How long each took, in milliseconds. */
  async measure(enough: () => boolean): Promise<number[]> {
    const times: number[] = [];
    await this.#terminal.shows(/# /);
    while (!enough()) {
      const before = this.#terminal.next;
      const began = performance.now();
      // A letter and its removal: the line stays short.
      this.#terminal.type(this.count % 2 === 0 ? 'x' : '\x7f');
      this.count += 1;
      await this.#terminal.goesBeyond(before);
      times.push(performance.now() - began);
    }
    return times;
  }
}

const byFirstPosition = (one: Person, other: Person) =>
  (one.places[0]?.position ?? 0) - (other.places[0]?.position ?? 0);

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

const described = (values: readonly number[]) =>
  `${[50, 95, 99, 100].map((percent) => `p${percent} ${percentile(values, percent).toFixed(1)}`).join(', ')} ms (${values.length})`;

const until = (at: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
