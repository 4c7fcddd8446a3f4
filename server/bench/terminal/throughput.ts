import headless from '@xterm/headless';
import { type BenchTerminal, BLIND, type Screen } from './bench-terminal.ts';
import type { Contender } from './contenders.ts';
import { openTerminal } from './open-terminal.ts';
import { cpuSeconds } from './process-use.ts';
import { SIZE } from './protocol.ts';

/** What is printed: a file of a megabyte, made ahead by the same command everywhere, as often as asked. */
const CONTENTS = {
  text: 'seq 100000 250000',
  colours:
    "for ((i = 0; i < 40000; i++)); do printf '\\e[38;5;%dm%04d\\e[48;5;%dm%04d\\e[0m ' " +
    '$((i % 256)) $((i % 9999)) $((255 - i % 256)) $((i % 9999)); ((i % 8 == 7)) && echo; done',
} as const;
export type Content = keyof typeof CONTENTS;
const CONTENT_NAMES = ['text', 'colours'] as const satisfies readonly Content[];

const SCREENS = {
  blind: () => BLIND,
  xterm: (): Screen => {
    const emulator = new headless.Terminal({
      cols: SIZE.columns,
      rows: SIZE.rows,
      allowProposedApi: true,
    });
    return (bytes, drawn) => emulator.write(bytes, drawn);
  },
} as const;
export type ScreenName = keyof typeof SCREENS;
const SCREEN_NAMES = ['blind', 'xterm'] as const satisfies readonly ScreenName[];

const WARM_UP_MB = 40;

/** One file, printed and received. */
export type Flow = {
  readonly megabytesPerSecond: number;
  /** Of the server's processes alone. */
  readonly cpuMsPerMegabyte: number;
};

/** Flows of each contender, by content and screen. */
export type Flows = {
  readonly content: Content;
  readonly screen: ScreenName;
  readonly of: ReadonlyMap<string, readonly Flow[]>;
}[];

export async function measureThroughput(
  contenders: readonly Contender[],
  { megabytes, rounds }: { readonly megabytes: number; readonly rounds: number },
): Promise<Flows> {
  const entrants = await Promise.all(
    contenders.map(async (contender) => ({ contender, terminal: await prepared(contender) })),
  );
  const flows: Flows = [];
  for (const content of CONTENT_NAMES) {
    for (const screen of SCREEN_NAMES) {
      const of = new Map<string, Flow[]>(contenders.map(({ name }) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const { contender, terminal } of entrants) {
          terminal.screen = SCREENS[screen]();
          of.get(contender.name)?.push(await flow(contender, terminal, content, megabytes));
        }
      }
      flows.push({ content, screen, of });
    }
  }
  for (const { terminal } of entrants) await terminal.close();
  return flows;
}

async function prepared({ server }: Contender): Promise<BenchTerminal> {
  const terminal = await openTerminal(server);
  for (const [content, command] of Object.entries(CONTENTS)) {
    await terminal.run(`(${command}) | head -c 1000000 > bench-${content}`);
  }
  // Until the server's code has been compiled for good.
  for (let turn = 0; turn < WARM_UP_MB / 2; turn += 1) {
    await terminal.run('cat bench-text bench-colours');
  }
  return terminal;
}

async function flow(
  { pids }: Contender,
  terminal: BenchTerminal,
  content: Content,
  megabytes: number,
): Promise<Flow> {
  const files = `$(printf 'bench-${content} %.0s' $(seq ${megabytes}))`;
  const before = cpuSeconds(pids());
  const { bytes, seconds } = await terminal.run(`cat ${files}`);
  if (bytes < megabytes * 1e6) throw new Error(`${bytes} bytes of ${megabytes} MB came.`);
  const cpu = cpuSeconds(pids()) - before;
  return {
    megabytesPerSecond: bytes / 1e6 / seconds,
    cpuMsPerMegabyte: (cpu * 1000) / (bytes / 1e6),
  };
}
