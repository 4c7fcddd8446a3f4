import type { NextConfig } from 'next';

/** A preview of a lesson makes its pages beside those of a build: it says where. */
const preview = process.env.GLASSBOX_PREVIEW;

/** A static export: no React server code runs at run time, so the process that faces the network stays small. */
const config: NextConfig = {
  output: 'export',
  distDir: preview === undefined ? '.build/next' : `${preview}/next`,
  trailingSlash: true,
  images: { unoptimized: true },
  reactStrictMode: true,
  // The page of a preview is what a learner sees, and nothing over it.
  devIndicators: false,
  // Two root layouts, one for each language, leave no place above them for a 404 page.
  experimental: { globalNotFound: true },
  // `npm test` and `npm run check` run tsc over the whole tree, pages included.
  typescript: {
    ignoreBuildErrors: true,
    // Next writes into this file; that of the checkout is written by people.
    ...(preview === undefined ? {} : { tsconfigPath: `${preview}/tsconfig.json` }),
  },
};

export default config;
