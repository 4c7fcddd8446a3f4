import type { Digest } from './digest.ts';
import { type ImageRecipe, instructionsOf } from './image-recipe.ts';
import { ARCHITECTURE } from './oci.ts';
import { LAYER_TIME } from './pack-layer.ts';

/** A layer that lies in the store: its blob, its unpacked tree, and how large they are. */
export type StoredLayer = {
  readonly diffId: Digest;
  readonly digest: Digest;
  readonly size: number;
  readonly bytes: number;
};

/** A line of an image's history: what Docker calls `created_by`. */
export type BuiltInLayer = StoredLayer & { readonly createdBy: string };

type HistoryLine = {
  readonly created: string;
  readonly created_by: string;
  readonly empty_layer?: true;
};

/** An image with all that it has of its base. */
export type BuiltInImage = {
  readonly layers: readonly StoredLayer[];
  readonly environment: readonly string[];
  readonly history: readonly HistoryLine[];
  /** The document that the image's id is the digest of. */
  readonly configuration: object;
};

/** What a builder makes of `FROM base`, these layers, and the instructions of the recipe. */
export function composeImage(
  recipe: ImageRecipe,
  base: BuiltInImage | undefined,
  own: readonly BuiltInLayer[],
): BuiltInImage {
  const created = LAYER_TIME.toISOString().replace('.000', '');
  const layers = [...(base?.layers ?? []), ...own];
  const environment = [...(base?.environment ?? []), ...recipe.environment];
  const history = [
    ...(base?.history ?? []),
    ...own.map(({ createdBy }) => ({ created, created_by: createdBy })),
    ...instructionsOf(recipe).map((instruction) => ({
      created,
      created_by: instruction,
      empty_layer: true as const,
    })),
  ];
  const configuration = {
    created,
    architecture: ARCHITECTURE,
    os: 'linux',
    config: {
      Env: environment,
      Cmd: recipe.command,
      WorkingDir: recipe.workdir,
      Entrypoint: recipe.entrypoint,
      StopSignal: recipe.stopSignal,
      ExposedPorts: recipe.expose && Object.fromEntries(recipe.expose.map((port) => [port, {}])),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => `sha256:${diffId}`) },
    history,
  };
  return { layers, environment, history, configuration };
}
