import { existsSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { matchesOutput, parseOutput, plainText } from '../../lessons/format/output.ts';
import type { Console } from '../testing/console.ts';
import { KEYS } from '../testing/console.ts';
import { Machine } from './machine.ts';
import { type Act, readTranscripts, type Transcript } from './transcript.ts';

const HOST_VERSION = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1';

/** Plays each section of `<area>.txt` on a new machine, through its real terminals: one test for each. */
export function playTranscripts(area: string): void {
  for (const transcript of readTranscripts(new URL(`${area}.txt`, import.meta.url))) {
    const { title, version } = transcript;
    const other = version !== undefined && version !== HOST_VERSION;
    const skip = other && `this host has cgroup ${HOST_VERSION}, and this is about ${version}`;
    test(title, { skip }, (context) => play(context, transcript));
  }
}

async function play(context: TestContext, { acts, needs }: Transcript): Promise<void> {
  const machine = await Machine.start(context, needs);
  const [lacking] = machine.missing;
  if (lacking !== undefined) return context.skip(`${lacking.need}: ${lacking.why}`);
  const consoles = new Map<number, Console>();
  /** What a program that stays has printed before a key ends it. */
  let before: readonly string[] = [];
  for (const [index, act] of acts.entries()) {
    const console = consoles.get(act.terminal) ?? machine.open(act.terminal);
    consoles.set(act.terminal, console);
    if ('key' in act.input) console.press(KEYS[act.input.key]);
    else await console.type(act.input.command);
    before = [...before, ...echo(act), ...act.printed];
    const next = acts[index + 1];
    if (next !== undefined && 'key' in next.input) {
      // Not before the program has the terminal: until then a key is the shell's.
      await machine.inForeground();
    } else {
      await console.prompt();
      compare(act, before, console.output);
      before = [];
    }
  }
}

/** A terminal shows Ctrl-C and Ctrl-Z, and not Ctrl-D; what is printed next may stand on the same line. */
function echo({ input, printed }: Act): readonly string[] {
  if (!('key' in input) || input.key === '^D' || printed[0]?.startsWith(input.key)) return [];
  return [input.key];
}

function compare({ input }: Act, expected: readonly string[], output: string): void {
  if (matchesOutput(expected.length === 0 ? [] : parseOutput(expected.join('\n')), output)) return;
  const what = 'key' in input ? input.key : input.command;
  const printed = plainText(output).join('\n').trimEnd() || '(nothing)';
  throw new Error(`${what}\nprinted:\n${printed}\nand not:\n${expected.join('\n') || '(nothing)'}`);
}
