import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/** Draws with WebGL where that is fast; elsewhere, and when the context is lost, xterm.js draws with elements. */
export function drawWithGraphicsCard(terminal: Terminal): void {
  if (!hasFastWebgl()) return;
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // The browser has no context left to give.
  }
}

/** Names that drawing in software goes by; browsers do not always count it as the caveat it is. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** A context made in software is slower than elements. The one made to find out is given back at once. */
function hasFastWebgl(): boolean {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = context.getParameter(
    names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER,
  );
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(String(renderer));
}
