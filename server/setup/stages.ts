import { ensureBaseImage } from '../images/build-image.ts';
import { ensureStore } from '../images/build-store.ts';
import { runTool } from './run-tool.mjs';

/** Where things are, for the stages that are not about the checkout alone. */
export type Places = { readonly images: string };

/** Tells what is being done, once it is known that something must be. */
export type Working = (doing: string) => void;

/** Built from files of the checkout: skipped when they, and what they made, are those of the last time. */
type BuiltStage = {
  readonly name: string;
  readonly doing: string;
  /** Files and folders it depends on. */
  readonly inputs: readonly string[];
  /** Files that are there when it has been done. */
  readonly outputs: readonly string[];
  readonly build: () => Promise<void>;
};

/** Knows by itself whether there is something to do. */
type OwnStage = {
  readonly name: string;
  readonly ensure: (places: Places, working: Working) => Promise<'unchanged' | undefined>;
};

export type Stage = BuiltStage | OwnStage;

/**
 * Everything that is made before the lab can run, in this order. The builders are loaded only if there is
 * something to build: a start that builds nothing must not wait for their libraries.
 */
export const STAGES = {
  native: {
    name: 'native library',
    doing: 'compiling with gcc',
    inputs: ['native'],
    outputs: [
      '.build/native/libglassbox.so',
      '.build/native/enter',
      '.build/native/outside',
      '.build/native/layer/usr/sbin/init',
    ],
    build: async () => void (await runTool('native', 'make', ['-C', 'native'])),
  },
  server: {
    name: 'server',
    doing: 'bundling with esbuild',
    inputs: ['server', 'lessons/schema.ts', 'package-lock.json'],
    outputs: ['.build/server/warden.mjs', '.build/web/web.mjs', '.build/web/better_sqlite3.node'],
    build: async () => (await import('./build-server.ts')).buildServer(),
  },
  lessons: {
    name: 'lessons',
    doing: 'reading',
    inputs: ['lessons', 'server/protocol', 'server/setup/build-lessons.ts'],
    outputs: ['.build/web/lessons.json'],
    build: async () => (await import('./build-lessons.ts')).buildLessons(),
  },
  site: {
    name: 'pages',
    doing: 'exporting with Next.js',
    inputs: [
      'app',
      'public',
      'lessons',
      'server/protocol',
      'next.config.ts',
      'postcss.config.mjs',
      'tsconfig.json',
      'package-lock.json',
      'server/setup/build-site.ts',
    ],
    outputs: ['.build/web/site/index.html', '.build/web/site/zh/index.html', 'next-env.d.ts'],
    build: async () => (await import('./build-site.ts')).buildSite(),
  },
  image: {
    name: 'base image',
    ensure: ({ images }, working) => ensureBaseImage(images, working),
  },
  store: {
    name: 'images',
    ensure: ({ images }, working) => ensureStore(images, working),
  },
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof STAGES;
