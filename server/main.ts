import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Configuration,
  ConfigurationError,
  labName,
  parseConfiguration,
} from './configuration.ts';
import { baseImageDirectory } from './images/base-image.ts';
import { imageStoreAttachment } from './images/store.ts';
import { takeLock } from './setup/lock.mjs';
import { Stop } from './setup/stop.mjs';
import { prepareDiskTemplate } from './warden/disk-template.ts';
import { prepareStage, STAGE } from './warden/janitor.ts';
import { logLine } from './warden/log-line.ts';
import { openNative } from './warden/native.ts';
import { NativeError } from './warden/native-interface.ts';
import { withOutsideNetwork } from './warden/outside-network.ts';
import { installToolsLayer } from './warden/tools-layer.ts';
import { Warden, type WardenOptions, webProgram } from './warden/warden.ts';
import { describeEvent } from './warden/warden-event.ts';

/** A second Ctrl-C within this time is the same one: `npm start` and the terminal may both send it. */
const SAME_SIGNAL_MS = 1_000;

/** Starts the lab as root and ends with it. What goes wrong is one sentence on stderr and exit code 1. */
async function main(): Promise<void> {
  if (process.geteuid?.() !== 0) {
    throw new Stop('Glassbox makes sandboxes, which needs root: run it with sudo.');
  }
  process.umask(0o022);
  // Whoever reads the log may end first; the lab goes on without a log then.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const configuration = parseConfiguration(process.argv.slice(2), process.env);
  const { dataDirectory, imagesDirectory, nativeDirectory } = configuration;
  mkdirSync(dataDirectory, { recursive: true });
  const lock = takeLock(join(dataDirectory, 'lock'));
  if (lock === null) {
    throw new Stop(
      `Another Glassbox runs with ${dataDirectory}: stop it, or give this one a directory of its own with --data.`,
    );
  }
  const base = baseImageDirectory(imagesDirectory);
  const attachments = [imageStoreAttachment(imagesDirectory)];
  const removeStage = prepareStage();
  try {
    const tools = installToolsLayer(nativeDirectory, dataDirectory);
    await run(configuration, { lowerdirs: [tools, base], attachments }, removeStage);
  } catch (error) {
    removeStage();
    throw error;
  }
}

/** From here on there is something to clean up. */
async function run(
  configuration: Configuration,
  contents: Pick<WardenOptions, 'lowerdirs' | 'attachments'>,
  removeStage: () => void,
): Promise<void> {
  const { dataDirectory, nativeDirectory } = configuration;
  const lab = labName(dataDirectory);
  const native = withOutsideNetwork(
    openNative({
      libraryDirectory: nativeDirectory,
      cgroupParent: lab,
      stage: STAGE,
      diskImage: prepareDiskTemplate(dataDirectory),
    }),
    {
      access: configuration.outside,
      table: lab,
      ended: (id, how) => log(`the outside network of sandbox ${id} ended: ${how}`),
    },
  );
  let stopping = false;
  const stop = (exitCode: number) => {
    if (stopping) return;
    stopping = true;
    warden
      .close()
      .finally(removeStage)
      .then(
        () => process.exit(exitCode),
        (error: unknown) => {
          log(`could not clean up all; the next start does: ${sentenceOf(error)}`);
          process.exit(1);
        },
      );
  };
  const warden = new Warden({
    configuration,
    native,
    ...contents,
    web: webProgram(dataDirectory),
    tell: (event) => {
      log(describeEvent(event));
      if (event.type === 'web-ready') announce(event.address, event.port);
      if (event.type === 'web-failed') {
        console.error(event.sentence);
        stop(1);
      }
    },
  });
  stopOnSignals(() => stop(0));
  await warden.start();
}

/** The first signal stops the lab in order; one that comes later still ends it at once. */
function stopOnSignals(stop: () => void): void {
  let first: number | undefined;
  const take = (signal: NodeJS.Signals) => {
    if (first === undefined) {
      first = performance.now();
      log(`${signal}: stopping`);
      stop();
    } else if (performance.now() - first > SAME_SIGNAL_MS) {
      log(`${signal} again: ending at once; the next start removes what is left`);
      process.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, take);
}

/** The line that `npm start`, tests and people wait for. Printed again when web was started anew. */
function announce(address: string, port: number): void {
  const host = address.includes(':') ? `[${address}]` : address;
  console.log(`Glassbox is ready: http://${host}:${port}/`);
}

function log(line: string): void {
  console.error(`${new Date().toISOString()} ${logLine(line)}`);
}

/** What the operator can put right is a sentence; all else is a bug of ours and keeps its stack. */
function sentenceOf(error: unknown): string {
  const known = [Stop, ConfigurationError, NativeError].some((kind) => error instanceof kind);
  if (known && error instanceof Error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error: unknown) => {
  console.error(sentenceOf(error));
  process.exit(1);
});
