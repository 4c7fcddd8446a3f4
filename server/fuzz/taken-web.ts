import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseConfiguration } from '../configuration.ts';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import { Warden } from '../warden/warden.ts';
import type { WardenEvent } from '../warden/warden-event.ts';

/**
 * A whole warden whose web is in an attacker's hands, again and again: each new web process greets, and when
 * it has been answered, sends the next of the violations. The files say which is the next.
 */
export async function takenWebs(
  context: TestContext,
  greeting: Uint8Array,
  violations: readonly Uint8Array[],
): Promise<{
  readonly events: readonly WardenEvent[];
  readonly until: (type: WardenEvent['type'], count: number) => Promise<unknown>;
}> {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-taken-'));
  const data = join(directory, 'data');
  const turns = mkdtempSync(join(directory, 'turns-'));
  // The web process has an id of its own and counts its lives here.
  for (const [path, mode] of [
    [directory, 0o755],
    [turns, 0o777],
  ] as const) {
    chmodSync(path, mode);
  }
  const texts = [greeting, ...violations].map((bytes) => Buffer.from(bytes).toString('base64'));
  writeFileSync(join(directory, 'packets.json'), JSON.stringify(texts));
  const script = `
    const fs = require('fs');
    const [greeting, ...violations] = JSON.parse(fs.readFileSync('${directory}/packets.json', 'utf8'));
    const turn = fs.readdirSync('${turns}').length;
    fs.writeFileSync('${turns}/' + turn, '');
    const link = new (require('net').Socket)({ fd: 3 });
    let heard = '';
    link.on('error', () => {});
    link.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      const id = /"state":{"id":"([0-9a-f]{12})"/.exec(heard);
      if (id === null || violations[turn] === undefined) return;
      heard = '';
      fs.writeSync(1, 'held ' + id[1] + '\\n');
      link.write(Buffer.from(violations[turn], 'base64'));
    });
    link.write(Buffer.from(greeting, 'base64'));
    setInterval(() => {}, 1000);`;
  const events: WardenEvent[] = [];
  mkdirSync(data);
  // Hooks run in this order: the lab's groups can be removed when the warden has left them.
  context.after(() => warden.close());
  const native = openTestNative(context);
  const warden = new Warden({
    configuration: parseConfiguration(['--data', data, '--warm', '0'], {}),
    native,
    lowerdirs: lowerdirs(),
    attachments: [],
    web: { file: process.execPath, arguments: ['-e', script] },
    tell: (event) => events.push(event),
  });
  context.after(() => rmSync(directory, { recursive: true }));
  await warden.start();
  return {
    events,
    until: (type, count) =>
      eventually(
        () => `${count} times ${type}; there were ${JSON.stringify(events.slice(-20))}`,
        () => events.filter((event) => event.type === type).length >= count,
      ),
  };
}
