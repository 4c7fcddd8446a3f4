import type { OverlayPattern } from '../../protocol/check.ts';
import type { Snapshot } from '../snapshot.ts';
import { allows } from './amount.ts';
import { type Evidence, sideOf } from './evidence.ts';

type Overlay = NonNullable<Snapshot['overlays']>[number];

export function overlayExists(pattern: OverlayPattern, evidence: Evidence): boolean {
  return (evidence.snapshot.overlays ?? []).some((overlay) =>
    matchesOverlay(pattern, overlay, evidence),
  );
}

function matchesOverlay(pattern: OverlayPattern, overlay: Overlay, evidence: Evidence): boolean {
  const { of, target, lowerdirs, file } = pattern;
  return (
    (of === undefined || of === sideOf('mnt', overlay.namespace, evidence)) &&
    (target === undefined || overlay.target === target) &&
    allows(lowerdirs, overlay.lowerdirs.length) &&
    (file === undefined ||
      overlay.files.some(
        ({ path, meaning }) =>
          path === file.path && (file.meaning === undefined || meaning === file.meaning),
      ))
  );
}
