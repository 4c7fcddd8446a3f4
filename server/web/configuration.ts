import * as z from 'zod';

const schema = z.object({
  GLASSBOX_ADDRESS: z.string().min(1),
  GLASSBOX_PORT: z.coerce.number().int().min(0).max(65535),
  GLASSBOX_SITE: z.string().min(1),
  GLASSBOX_LESSONS: z.string().min(1),
  GLASSBOX_PROGRESS: z.string().min(1),
  GLASSBOX_SQLITE: z.string().min(1),
  GLASSBOX_CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1),
  GLASSBOX_MACHINES_PER_ADDRESS: z.coerce.number().int().min(0),
  GLASSBOX_TRUST_PROXY: z.string(),
});

/** What the warden tells web by environment. */
export type WebConfiguration = {
  readonly address: string;
  readonly port: number;
  /** Directory of the exported pages. */
  readonly siteDirectory: string;
  /** File with the conditions of every check. */
  readonly lessonsFile: string;
  /** Where progress is kept; the directory is web's own. */
  readonly progressFile: string;
  /** SQLite's library for Node. */
  readonly sqliteFile: string;
  readonly connectionsPerAddress: number;
  /** 0 for no limit. */
  readonly machinesPerAddress: number;
  /** Proxies whose `X-Forwarded-For` counts. */
  readonly trustProxy: string;
};

/** Throws when the environment is not the one that the warden makes. */
export function parseWebConfiguration(environment: NodeJS.ProcessEnv): WebConfiguration {
  const parsed = schema.parse(environment);
  return {
    address: parsed.GLASSBOX_ADDRESS,
    port: parsed.GLASSBOX_PORT,
    siteDirectory: parsed.GLASSBOX_SITE,
    lessonsFile: parsed.GLASSBOX_LESSONS,
    progressFile: parsed.GLASSBOX_PROGRESS,
    sqliteFile: parsed.GLASSBOX_SQLITE,
    connectionsPerAddress: parsed.GLASSBOX_CONNECTIONS_PER_ADDRESS,
    machinesPerAddress: parsed.GLASSBOX_MACHINES_PER_ADDRESS,
    trustProxy: parsed.GLASSBOX_TRUST_PROXY,
  };
}
