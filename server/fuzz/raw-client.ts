import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ToBrowser, toBrowser, WEBSOCKET_PATH } from '../protocol/browser.ts';
import { PATIENCE } from '../testing/patience.ts';
import { OPCODES, rawFrame, readFrame } from './websocket-frame.ts';

/** What became of a connection: `open`, the code it was closed with, or how it ended without one. */
export type Outcome = string;

const SILENCE_MS = 20_000 * PATIENCE;

/** The request that a browser makes; with other lines in place of some of these, or without them. */
export function handshake(
  address: string,
  change: Readonly<Record<string, string | undefined>> = {},
  request = `GET ${WEBSOCKET_PATH} HTTP/1.1`,
): string {
  const { host, origin } = new URL(address);
  const headers = Object.entries({
    Host: host,
    Origin: origin,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...change,
  });
  const lines = headers.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${[request, ...lines].join('\r\n')}\r\n\r\n`;
}

/** A connection to web on which any bytes can be sent, where a WebSocket library would refuse. */
export class RawClient {
  readonly #socket: Socket;
  readonly #heard: string[] = [];
  #unread: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #pings = 0;
  #pongs = 0;
  #end: Outcome | undefined;
  #changed: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', () => {});
    socket.on('close', () => this.#ended('ended without a code'));
  }

  static async connect(address: string): Promise<RawClient> {
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Upgrades as a browser does. */
  async upgrade(address: string): Promise<void> {
    this.send(handshake(address));
    const outcome = await this.#until(() => this.#upgraded || this.#end !== undefined);
    if (!this.#upgraded) throw new Error(`No WebSocket: ${outcome ?? this.#end}`);
  }

  send(bytes: Uint8Array | string): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  say(message: string): void {
    this.send(rawFrame({ opcode: OPCODES.text, payload: Buffer.from(message) }));
  }

  /** Waits for a message of one of these types. Others are not even parsed: they are many. */
  async hear(...types: readonly ToBrowser['type'][]): Promise<ToBrowser> {
    const isMeant = (text: string) => types.some((type) => text.startsWith(`{"type":"${type}"`));
    await this.#until(() => this.#heard.some(isMeant) || this.#end !== undefined);
    const found = this.#heard.find(isMeant);
    if (found === undefined) throw new Error(`No ${types.join(' and no ')} came: ${this.#end}`);
    return toBrowser.parse(JSON.parse(found));
  }

  /** Sends it, and says what has become of the connection when web has read it. */
  async outcomeOf(bytes: Uint8Array): Promise<Outcome> {
    this.#pings += 1;
    const ping = this.#pings;
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(ping);
    this.send(Buffer.concat([bytes, rawFrame({ opcode: OPCODES.ping, payload })]));
    await this.#until(() => this.#pongs >= ping || this.#end !== undefined);
    return this.#end ?? (this.#pongs >= ping ? 'open' : 'silence');
  }

  /** Sends what is no handshake and says what HTTP makes of it. */
  async answerTo(request: string | Uint8Array): Promise<Outcome> {
    this.send(request);
    await this.#until(() => this.#upgraded || this.#end !== undefined);
    return this.#upgraded ? 'upgraded' : (this.#end ?? 'silence');
  }

  /** Vanishes in the middle, without a word. */
  vanish(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.#unread = this.#unread.byteLength === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    if (!this.#upgraded) {
      this.#readHead();
      return;
    }
    for (;;) {
      const read = readFrame(this.#unread);
      if (read === undefined) return;
      this.#unread = read.rest;
      const { opcode, payload } = read.frame;
      if (opcode === OPCODES.text) {
        this.#heard.push(payload.toString('utf8'));
      } else if (opcode === OPCODES.pong && payload.byteLength === 4) {
        this.#pongs = payload.readUInt32BE(0);
      } else if (opcode === OPCODES.close) {
        this.#ended(payload.byteLength < 2 ? 'no code' : String(payload.readUInt16BE(0)));
        this.send(rawFrame({ opcode: OPCODES.close, payload }));
        this.#socket.end();
      }
      this.#changed();
    }
  }

  #readHead(): void {
    const text = this.#unread.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'none';
    if (status === '101') {
      this.#upgraded = true;
      const rest = this.#unread.subarray(end + 4);
      this.#unread = Buffer.alloc(0);
      this.#changed();
      if (rest.byteLength > 0) this.#read(rest);
    } else {
      this.#ended(`HTTP ${status}`);
      this.#socket.destroy();
    }
  }

  #ended(how: Outcome): void {
    this.#end ??= how;
    this.#changed();
  }

  /** Waits until it is so; says so when it never is. */
  async #until(isSo: () => boolean): Promise<Outcome | undefined> {
    if (isSo()) return undefined;
    let giveUp: NodeJS.Timeout | undefined;
    const outcome = await new Promise<Outcome | undefined>((resolve) => {
      giveUp = setTimeout(() => resolve('silence'), SILENCE_MS);
      this.#changed = () => {
        if (isSo()) resolve(undefined);
      };
    });
    clearTimeout(giveUp);
    this.#changed = () => {};
    return outcome;
  }
}
