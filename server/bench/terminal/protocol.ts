import { randomBytes } from 'node:crypto';
import { type FromBrowser, PROTOCOL_VERSION, toBrowser } from '../../protocol/browser.ts';
import { FLOW_CONTROL } from '../../protocol/flow-control.ts';
import { decodeFrame, encodeFrame } from '../../protocol/frame.ts';

/**
 * All that the bench knows of the line between a page and web. It parses no more than it must: what a
 * client spends is part of every figure.
 */
export const SIZE = { columns: 100, rows: 30 } as const;

/** A page acknowledges when so much more has been drawn. */
export const { acknowledgeEveryBytes } = FLOW_CONTROL;

export const hello = (secret: string): string =>
  text({ type: 'hello', version: PROTOCOL_VERSION, secret, lesson: 'uts' });

export const openTerminal = (): string =>
  text({
    type: 'open-terminal',
    terminal: 'machine',
    serial: 0,
    ...SIZE,
    from: 0,
    used: true,
    input: { stream: randomBytes(16).toString('hex'), from: 0, end: 0, shell: 0 },
  });

/** A terminal answers on this channel, from this byte on. */
export type Opened = { readonly channel: number; readonly offset: number };

/** What a text message of web's says, as far as it matters here. */
export function readMessage(
  bytes: Buffer,
): { readonly type: 'machine' | 'other' } | ({ readonly type: 'terminal' } & Opened) {
  const message = toBrowser.parse(JSON.parse(bytes.toString('utf8')));
  if (message.type === 'error') throw new Error(`${message.error.message} ${message.error.hint}`);
  if (message.type === 'terminal') {
    return { type: 'terminal', channel: message.channel, offset: message.offset };
  }
  return { type: message.type === 'machine' ? 'machine' : 'other' };
}

/** What a page types into one terminal: a stream of its own. */
export class Input {
  readonly #channel: number;
  #offset = 0;

  constructor(channel: number) {
    this.#channel = channel;
  }

  frame(keys: string): Uint8Array {
    const payload = Buffer.from(keys);
    const offset = this.#offset;
    this.#offset += payload.byteLength;
    return encodeFrame({ kind: 'input', channel: this.#channel, offset, payload });
  }
}

export const acknowledgement = (channel: number, offset: number): Uint8Array =>
  encodeFrame({ kind: 'acknowledgement', channel, offset, payload: NOTHING });

/** Output of a terminal; nothing for frames of another kind. */
export function readOutput(bytes: Buffer): Uint8Array | undefined {
  const frame = decodeFrame(bytes);
  return frame?.kind === 'output' ? frame.payload : undefined;
}

const NOTHING = new Uint8Array();
const text = (message: FromBrowser) => JSON.stringify(message);
