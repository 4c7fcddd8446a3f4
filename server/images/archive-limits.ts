const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** How much of an archive is believed to be an image. What is larger is refused while it is read. */
export type ArchiveLimits = {
  /** All of an archive's own files, unpacked from their compression. */
  readonly archiveBytes: number;
  readonly archiveEntries: number;
  readonly images: number;
  /** An index, a manifest or a configuration. */
  readonly documentBytes: number;
  readonly layers: number;
  /** Files and directories of all the layers of one archive, and their contents. */
  readonly entries: number;
  readonly unpackedBytes: number;
  readonly fileBytes: number;
  readonly pathBytes: number;
  readonly depth: number;
  /** A compressed layer may become this many times larger, once it is larger than `ratioFrom`. */
  readonly ratio: number;
  readonly ratioFrom: number;
};

export const ARCHIVE_LIMITS: ArchiveLimits = {
  archiveBytes: 16 * GIB,
  archiveEntries: 20_000,
  images: 64,
  documentBytes: 4 * MIB,
  // Docker's own limit.
  layers: 127,
  entries: 1_000_000,
  unpackedBytes: 16 * GIB,
  fileBytes: 8 * GIB,
  pathBytes: 4_000,
  depth: 128,
  ratio: 200,
  ratioFrom: 64 * MIB,
};
