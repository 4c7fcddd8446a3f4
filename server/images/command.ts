/** `glassbox image add FILE [NAME] | list | remove NAME`: the images of the lab, from outside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions } from '../setup/options.mjs';
import { report, Stop } from '../setup/stop.mjs';
import { addImages } from './add-images.ts';
import { isBuiltIn } from './image-name.ts';
import { readReference } from './reference.ts';
import { removeImage } from './remove-image.ts';
import { imagesOf, referencePath, storeName, storeProblem } from './store.ts';

const USAGE = `glassbox image add FILE|DIRECTORY [NAME]   add the images of an archive
glassbox image list                         say which images there are
glassbox image remove NAME                  take one away that was added

An archive is an OCI image layout, as a directory or a tar file, or what docker save writes.
--data DIRECTORY or --images DIRECTORY say where the lab keeps its images, as for npm start.`;

const waiting = () => console.log('Another command is changing images; waiting for it.');

/** Runs the command and gives the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    const { images, rest } = parseOptions(args, process.env);
    const [noun, verb, ...operands] = withoutOptions(rest);
    if (process.geteuid?.() !== 0) throw new Stop('The images belong to root: run it with sudo.');
    if (noun === 'image' && verb === 'add' && operands.length > 0 && operands.length < 3) {
      return await add(images, operands[0] ?? '', operands[1]);
    }
    if (noun === 'image' && verb === 'list' && operands.length === 0) return list(images);
    if (noun === 'image' && verb === 'remove' && operands.length === 1) {
      console.log(`Removed ${await removeImage(images, operands[0] ?? '', waiting)}.`);
      return 0;
    }
    console.error(USAGE);
    return 2;
  } catch (reason) {
    return report(reason);
  }
}

async function add(images: string, file: string, name: string | undefined): Promise<number> {
  const working = process.stdout.isTTY
    ? (doing: string) => void process.stdout.write(`\r\x1b[K${doing} …`)
    : () => {};
  try {
    const names = await addImages(images, { file, name, waiting, working });
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
    for (const each of names) console.log(`Added ${each}: in a machine, box run ${each}`);
    return 0;
  } finally {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  }
}

function list(images: string): number {
  const store = join(images, storeName());
  const problem = storeProblem(store);
  if (problem) throw new Stop(`The image store ${store} ${problem}. Start the lab with npm start.`);
  const rows = imagesOf(store).map((name) => {
    const { size, layers } = readReference(readFileSync(referencePath(store, name), 'utf8'));
    const origin = isBuiltIn(name) ? 'built in' : 'added';
    return [name, String(layers.length), `${(size / 1e6).toFixed(1)} MB`, origin];
  });
  const table = [['IMAGE', 'LAYERS', 'SIZE', 'ORIGIN'], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 2))
        .join('')
        .trimEnd(),
    );
  }
  return 0;
}

/** The options that `parseOptions` has read already, with their values. */
function withoutOptions(args: readonly string[]): string[] {
  const operands: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (/^--(data|images)$/.test(argument)) at += 1;
    else if (!/^--(data|images)=/.test(argument)) operands.push(argument);
  }
  return operands;
}
