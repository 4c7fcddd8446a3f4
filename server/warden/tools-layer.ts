import { chmodSync, cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts the layer with our own programs (PID 1) beside the base image's data and returns where it is. The
 * checkout may lie on a file system that knows no idmapped mounts, a shared folder say; the data directory
 * can't. Only for who holds the lock of the data directory: no sandbox uses the layer now.
 */
export function installToolsLayer(nativeDirectory: string, dataDirectory: string): string {
  const layer = join(dataDirectory, 'layer');
  const fresh = `${layer}.partial`;
  for (const old of [fresh, layer]) rmSync(old, { recursive: true, force: true });
  cpSync(join(nativeDirectory, 'layer'), fresh, { recursive: true });
  chmodSync(fresh, 0o755);
  renameSync(fresh, layer);
  return layer;
}
