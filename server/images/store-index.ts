import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEDIA_TYPES } from './oci.ts';
import { readReference } from './reference.ts';
import { blobPath, imagesOf, referencePath } from './store.ts';

/**
 * Makes the store an OCI image layout that other tools can read, too: `skopeo inspect oci:STORE:app:latest`
 * say. `references/` is what counts here, and this is made from it.
 */
export function writeStoreIndex(store: string): void {
  const manifests = imagesOf(store).map((name) => {
    const { manifest } = readReference(readFileSync(referencePath(store, name), 'utf8'));
    return {
      mediaType: MEDIA_TYPES.manifest,
      digest: `sha256:${manifest}`,
      size: statSync(blobPath(store, manifest)).size,
      annotations: { 'org.opencontainers.image.ref.name': name },
    };
  });
  write(join(store, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
  write(join(store, 'index.json'), { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests });
}

/** Whoever reads meanwhile sees the old file or the new one. */
function write(path: string, document: object): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(document)}\n`);
  renameSync(`${path}.new`, path);
}
