import * as z from 'zod';

/** A sandbox: twelve hexadecimal digits, made by the warden, also the name of its cgroups. */
export const sandboxId = z.string().regex(/^[0-9a-f]{12}$/);

/** Who owns a sandbox: SHA-256 of the secret that the browser holds, so that the warden never sees the secret. */
export const ownerId = z.string().regex(/^[0-9a-f]{64}$/);

/** The secret a browser makes once and keeps: 128 random bits in hexadecimal. */
export const ownerSecret = z.string().regex(/^[0-9a-f]{32}$/);

/** Name of a lesson or of a step: a short lower-case word, as in a URL. */
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/);

/** Languages that every lesson is written in. */
export const LANGUAGES = ['en', 'zh'] as const;
export const lessonLanguage = z.enum(LANGUAGES);
export type Language = (typeof LANGUAGES)[number];

/** The two terminals that lessons, checks and the X-ray speak of. They are always there. */
export const LESSON_TERMINALS = ['machine', 'container'] as const;
export const lessonTerminal = z.enum(LESSON_TERMINALS);
export type LessonTerminal = (typeof LESSON_TERMINALS)[number];

/** The others, which a learner opens and closes. */
export const EXTRA_TERMINALS = ['tty3', 'tty4', 'tty5', 'tty6'] as const;
export const extraTerminal = z.enum(EXTRA_TERMINALS);
export type ExtraTerminal = (typeof EXTRA_TERMINALS)[number];

/** Every terminal that a machine can have; the first is `/dev/tty1` in it, and so on. */
export const TERMINALS = [...LESSON_TERMINALS, ...EXTRA_TERMINALS] as const;
export const terminalName = z.enum(TERMINALS);
export type TerminalName = (typeof TERMINALS)[number];

/** Which opening of a terminal: a name that is used again is another terminal. Counted in each machine from 1. */
export const terminalSerial = z.int().min(1);

/** Number of one attachment of one page to one terminal, on one link. */
export const channel = z.int().min(1).max(0xffff_ffff);

/** A terminal's size in character cells; the bounds keep a hostile page from asking for absurd buffers. */
export const columns = z.int().min(2).max(1000);
export const rows = z.int().min(1).max(500);

/** Number of bytes a terminal has printed before a given byte. */
export const byteOffset = z.int().min(0);
