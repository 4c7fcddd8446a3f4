import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ROOT } from '../setup/paths.mjs';

/** Trees that are made by the set-up and not from a folder of the repository. */
export const MADE_TREES = ['busybox', 'debian', 'nginx packages'] as const;

/** `image.json` of a built-in image; see `app/` for the one to learn from. */
const imageRecipe = z.strictObject({
  /** Another built-in image, whose layers come first. */
  base: z.enum(['busybox', 'debian']).nullable(),
  layers: z
    .array(
      z.union([
        /** A folder beside `image.json`: its files, and `.wh.x` for an x that is deleted. */
        z.strictObject({ folder: z.string(), createdBy: z.string() }),
        z.strictObject({ tree: z.enum(MADE_TREES), createdBy: z.string() }),
      ]),
    )
    .min(1),
  /** Beside those of the base. */
  environment: z.array(z.string()).default([]),
  workdir: z.string().optional(),
  expose: z.array(z.string()).optional(),
  stopSignal: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()),
});
export type ImageRecipe = z.infer<typeof imageRecipe>;

export const recipeFolder = (name: string) => join(ROOT, 'server/images', name);

export function readRecipe(name: string): ImageRecipe {
  return imageRecipe.parse(
    JSON.parse(readFileSync(join(recipeFolder(name), 'image.json'), 'utf8')),
  );
}

/** Lines of the image's history that have no layer, as a Dockerfile would have them. */
export function instructionsOf(recipe: ImageRecipe): readonly string[] {
  const list = (words: readonly string[]) => JSON.stringify(words);
  return [
    ...recipe.environment.map((variable) => `ENV ${variable}`),
    ...(recipe.workdir === undefined ? [] : [`WORKDIR ${recipe.workdir}`]),
    ...(recipe.expose ?? []).map((port) => `EXPOSE ${port}`),
    ...(recipe.stopSignal === undefined ? [] : [`STOPSIGNAL ${recipe.stopSignal}`]),
    ...(recipe.entrypoint === undefined ? [] : [`ENTRYPOINT ${list(recipe.entrypoint)}`]),
    `CMD ${list(recipe.command)}`,
  ];
}
