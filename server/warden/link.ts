import type { Duplex } from 'node:stream';
import { encodeFrame, type Frame } from '../protocol/frame.ts';
import {
  encodeFramePacketHead,
  encodePacket,
  type Packet,
  PacketError,
  PacketReader,
} from '../protocol/packet.ts';
import type { FromWarden } from '../protocol/warden.ts';

/** Above this, what web says is not read until it has read what it was told. */
const WAITING_BYTES_HIGH = 4 * 1024 * 1024;

/** More than this unread: web is not reading at all. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

/** Shorter frames are copied sooner than two pieces are written. */
const UNCOPIED_BYTES_MIN = 4 * 1024;

/**
 * The warden's end of the socketpair to web. It ends once, for one reason, and nothing is sent or
 * received after that.
 */
export class Link {
  readonly #stream: Duplex;
  readonly #ended: (reason: string) => void;
  readonly #reader = new PacketReader();
  #open = true;

  constructor(
    stream: Duplex,
    events: { packet: (packet: Packet) => void; ended: (reason: string) => void },
  ) {
    this.#stream = stream;
    this.#ended = events.ended;
    stream.on('data', (chunk: Uint8Array) => this.#read(chunk, events.packet));
    stream.on('end', () => this.end('web closed it'));
    stream.on('close', () => this.end('web closed it'));
    stream.on('error', (error) => this.end(error.message));
    stream.on('drain', () => stream.resume());
  }

  get open(): boolean {
    return this.#open;
  }

  send(message: FromWarden): void {
    this.#write(encodePacket('json', Buffer.from(JSON.stringify(message))));
  }

  /** The payload's bytes must not change any more: a long one is not copied. */
  sendFrame(frame: Frame): void {
    if (frame.payload.byteLength < UNCOPIED_BYTES_MIN) {
      this.#write(encodePacket('frame', encodeFrame(frame)));
      return;
    }
    this.#stream.cork();
    this.#write(encodeFramePacketHead(frame));
    this.#write(frame.payload);
    this.#stream.uncork();
  }

  /** Closes the link. Only the first reason counts. */
  end(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stream.destroy();
    this.#ended(reason);
  }

  #read(chunk: Uint8Array, packet: (packet: Packet) => void): void {
    try {
      for (const each of this.#reader.read(chunk)) {
        if (this.#open) packet(each);
      }
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.end(error.message);
    }
  }

  #write(bytes: Uint8Array): void {
    if (!this.#open) return;
    this.#stream.write(bytes);
    if (this.#stream.writableLength > WAITING_BYTES_MAX) this.end('web does not read');
    else if (this.#stream.writableLength > WAITING_BYTES_HIGH) this.#stream.pause();
  }
}
