import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import type { ErrorReport } from '../protocol/errors.ts';
import { decodeFrame, encodeFrame, type Frame } from '../protocol/frame.ts';
import { encodePacket, type Packet, PacketReader } from '../protocol/packet.ts';
import {
  type FromWarden,
  fromWarden,
  WARDEN_REQUESTS,
  type WardenReply,
  type WardenRequest,
  type WardenRequestName,
} from '../protocol/warden.ts';

/** What the warden made of a request. */
export type WardenAnswer<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly error: ErrorReport };

/** What the warden says unasked. */
export type WardenNews = Exclude<FromWarden, { type: 'reply' | 'refused' }>;

/** More than this unsent: whoever is sending should wait for `drain`. */
const WAITING_BYTES_HIGH = 1024 * 1024;

/** The table's replies, each by the name of its request. */
const SCHEMAS: {
  readonly [N in WardenRequestName]: { readonly reply: z.ZodType<WardenReply<N>> };
} = WARDEN_REQUESTS;

type Waiting = {
  readonly replied: (body: unknown) => void;
  readonly refused: (error: ErrorReport) => void;
};

/**
 * Web's end of the socketpair to the warden: the only door out of this process. Answers are given to the
 * asker before the next packet is read, so that it knows its channel when the first bytes for it come.
 */
export class WardenLink {
  readonly #stream: Duplex;
  readonly #reader = new PacketReader();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(
    stream: Duplex,
    events: {
      news: (news: WardenNews) => void;
      frame: (frame: Frame, bytes: Uint8Array) => void;
      drain: () => void;
      ended: () => void;
    },
  ) {
    this.#stream = stream;
    stream.on('data', (chunk: Uint8Array) => {
      for (const packet of this.#reader.read(chunk)) this.#take(packet, events);
    });
    stream.on('drain', events.drain);
    stream.on('close', events.ended);
    stream.on('error', events.ended);
    stream.on('end', events.ended);
  }

  /** True while the warden takes less than is sent. */
  get congested(): boolean {
    return this.#stream.writableLength > WAITING_BYTES_HIGH;
  }

  /** Asks for one row of the warden's table. */
  ask<N extends WardenRequestName>(
    name: N,
    body: WardenRequest<N>,
    answered: (answer: WardenAnswer<WardenReply<N>>) => void,
  ): void {
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, {
      replied: (reply) => answered({ ok: true, reply: SCHEMAS[name].reply.parse(reply) }),
      refused: (error) => answered({ ok: false, error }),
    });
    const text = JSON.stringify({ id: this.#lastId, name, body });
    this.#stream.write(encodePacket('json', Buffer.from(text)));
  }

  /** Asks for what can't be refused, or whose refusal changes nothing. */
  tell<N extends WardenRequestName>(name: N, body: WardenRequest<N>): void {
    this.ask(name, body, () => {});
  }

  sendFrame(frame: Frame): void {
    this.#stream.write(encodePacket('frame', encodeFrame(frame)));
  }

  #take(
    packet: Packet,
    events: {
      news: (news: WardenNews) => void;
      frame: (frame: Frame, bytes: Uint8Array) => void;
    },
  ): void {
    if (packet.kind === 'frame') {
      const frame = decodeFrame(packet.body);
      if (frame !== undefined) events.frame(frame, packet.body);
      return;
    }
    const message = fromWarden.parse(JSON.parse(new TextDecoder().decode(packet.body)));
    if (message.type === 'reply') this.#waitingFor(message.id)?.replied(message.body);
    else if (message.type === 'refused') this.#waitingFor(message.id)?.refused(message.error);
    else events.news(message);
  }

  #waitingFor(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
