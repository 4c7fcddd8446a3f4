import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/** WebGL for one terminal. */
export type GraphicsCard = {
  /** A browser has few contexts to give, so only a terminal that is on the page takes one. */
  readonly use: (on: boolean) => void;
};

/** Draws with WebGL where that is fast; elsewhere, and when the context is lost, xterm.js draws with elements. */
export function graphicsCard(terminal: Terminal): GraphicsCard {
  let webgl: WebglAddon | undefined;
  const release = () => {
    webgl?.dispose();
    webgl = undefined;
  };
  const take = () => {
    try {
      webgl = new WebglAddon();
      webgl.onContextLoss(release);
      terminal.loadAddon(webgl);
    } catch {
      // The browser has no context left to give.
      webgl = undefined;
    }
  };
  return {
    use(on) {
      if (!on) release();
      else if (webgl === undefined && hasFastWebgl()) take();
    },
  };
}

/** Names that drawing in software goes by; browsers do not always count it as the caveat it is. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** The same for all terminals of a page. */
let fastWebgl: boolean | undefined;

/** A context made in software is slower than elements. The one made to find out is given back at once. */
function hasFastWebgl(): boolean {
  fastWebgl ??= findOut();
  return fastWebgl;
}

function findOut(): boolean {
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
