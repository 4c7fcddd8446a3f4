import { once } from 'node:events';
import { WebSocket } from 'ws';

/** What a client does with output; it calls `drawn` when that is on its screen, or never. */
export type Screen = (bytes: Uint8Array, drawn: () => void) => void;

/** A client that parses nothing and has drawn at once. */
export const BLIND: Screen = (_bytes, drawn) => drawn();

/** A client that reads and never says that it has drawn. */
export const SILENT: Screen = () => {};

/** How one server wants to be spoken to. */
export type Line = {
  readonly type: (keys: string) => void;
  /** So many bytes more are on the screen. */
  readonly drawn: (bytes: number) => void;
};

/** Longer than a marker and the prompt that follows it. */
const TAIL_BYTES = 400;

/** One terminal of any server, as a fast client has it. */
export class BenchTerminal {
  screen: Screen = BLIND;
  readonly #socket: WebSocket;
  readonly #line: Line;
  #received = 0;
  #drawn = 0;
  #tail: Uint8Array = new Uint8Array();
  #changed: () => void = () => {};
  #runs = 0;

  constructor(socket: WebSocket, line: Line) {
    this.#socket = socket;
    this.#line = line;
  }

  /** Output has come. */
  take(payload: Uint8Array): void {
    this.#received += payload.byteLength;
    this.#tail =
      payload.byteLength >= TAIL_BYTES
        ? payload.subarray(-TAIL_BYTES)
        : Buffer.concat([this.#tail, payload]).subarray(-TAIL_BYTES);
    this.screen(payload, () => {
      this.#drawn += payload.byteLength;
      this.#line.drawn(payload.byteLength);
      this.#changed();
    });
    this.#changed();
  }

  type(keys: string): void {
    this.#line.type(keys);
  }

  /** Runs a command at the shell's prompt, until all it printed is drawn. */
  async run(command: string): Promise<{ readonly bytes: number; readonly seconds: number }> {
    this.#runs += 1;
    const number = this.#runs * 7;
    const before = this.#received;
    const began = performance.now();
    // Not in the echo of what is typed: the shell works the number out.
    this.type(`${command}; echo bench-$((${this.#runs} * 7))-done\r`);
    await this.#shows(`bench-${number}-done\r\n`);
    return { bytes: this.#received - before, seconds: (performance.now() - began) / 1000 };
  }

  /** From now on a program in the machine reads each key and writes it back; Ctrl-C ends it. */
  async echo(): Promise<void> {
    this.#runs += 1;
    this.type(`stty -icanon -echo min 1; echo bench-$((${this.#runs} * 7))-done; cat\r`);
    await this.#shows(`bench-${this.#runs * 7}-done\r\n`);
    // `cat` itself must have begun before a key can be its.
    await this.key();
  }

  /** Types one key; the milliseconds until it comes back. */
  key(): Promise<number> {
    const before = this.#received;
    const sent = performance.now();
    const back = new Promise<number>((resolve) => {
      this.#changed = () => {
        if (this.#received > before) resolve(performance.now() - sent);
      };
    });
    this.type('x');
    return back;
  }

  /** Reads no more from the socket. */
  stopReading(): void {
    this.#socket.pause();
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.terminate();
    await closed;
  }

  async #shows(marker: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#changed = () => {
        if (this.#drawn < this.#received) return;
        if (Buffer.from(this.#tail).toString('latin1').includes(marker)) resolve();
      };
    });
    this.#changed = () => {};
  }
}
