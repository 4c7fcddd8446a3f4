import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';

/** One direction of a connection: passes bytes on, holds them, or stops in the middle of something. */
class Way {
  readonly #to: Socket;
  #held: Buffer[] = [];
  #holding = false;
  #leftBytes = Number.POSITIVE_INFINITY;
  #cut: () => void = () => {};

  constructor(from: Socket, to: Socket) {
    this.#to = to;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      if (!this.#holding) to.end();
    });
    to.on('drain', () => from.resume());
    this.#pause = () => from.pause();
  }

  readonly #pause: () => void;

  /** Bytes stay here until `release`. */
  hold(): void {
    this.#holding = true;
  }

  /** Bytes that wait for `release`. */
  get heldBytes(): number {
    return this.#held.reduce((sum, bytes) => sum + bytes.byteLength, 0);
  }

  release(): void {
    this.#holding = false;
    for (const bytes of this.#held.splice(0)) this.#pass(bytes);
  }

  /** So many more bytes go through, wherever that is; then `cut`. */
  endAfter(bytes: number, cut: () => void): void {
    this.#leftBytes = bytes;
    this.#cut = cut;
  }

  #take(bytes: Buffer): void {
    if (this.#holding) this.#held.push(bytes);
    else this.#pass(bytes);
  }

  #pass(bytes: Buffer): void {
    if (this.#to.destroyed) return;
    const part = bytes.subarray(0, this.#leftBytes);
    this.#leftBytes -= part.byteLength;
    if (!this.#to.write(part)) this.#pause();
    if (this.#leftBytes <= 0) {
      this.#leftBytes = Number.POSITIVE_INFINITY;
      this.#cut();
    }
  }
}

/** One connection through the proxy, while it lasts. */
export class ProxiedConnection {
  readonly toServer: Way;
  readonly toClient: Way;
  readonly #client: Socket;
  readonly #server: Socket;

  constructor(client: Socket, server: Socket) {
    this.#client = client;
    this.#server = server;
    this.toServer = new Way(client, server);
    this.toClient = new Way(server, client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => {
        one.destroy();
        other.resetAndDestroy();
      });
    }
  }

  get open(): boolean {
    return !this.#client.destroyed && !this.#server.destroyed;
  }

  /** Both ends get an RST, and what is under way is lost. */
  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** Both ends get a FIN after what is under way. */
  finish(): void {
    this.#client.end();
    this.#server.end();
  }

  /** The client's end breaks; the server's end hears nothing of it, and what is held may still come. */
  loseClient(): void {
    this.#client.resetAndDestroy();
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }
}

/** A TCP proxy on loopback that does to connections what networks do. */
export class CutProxy {
  readonly #server: Server;
  readonly #connections: ProxiedConnection[] = [];
  /** What is done with a connection that has come, instead of passing it on at once. */
  #holdNext: ((passOn: () => void) => void) | undefined;
  /** How many connections there have been. */
  count = 0;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    server.on('connection', (client) => {
      const upstream = new Socket({ allowHalfOpen: true });
      client.setNoDelay();
      upstream.setNoDelay();
      this.count += 1;
      this.#connections.push(new ProxiedConnection(client, upstream));
      const passOn = () => {
        if (!upstream.destroyed) upstream.connect({ port: targetPort, host: '127.0.0.1' });
      };
      if (this.#holdNext === undefined) passOn();
      else this.#holdNext(passOn);
    });
  }

  static async start(targetPort: number): Promise<CutProxy> {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CutProxy(server, targetPort);
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('It does not listen.');
    return address.port;
  }

  /** The connection that was made last, if it is still open. */
  get latest(): ProxiedConnection | undefined {
    const last = this.#connections.at(-1);
    return last?.open === true ? last : undefined;
  }

  /** The next connection gets no further than here before the function that this returns is called. */
  holdNext(): () => void {
    let released = false;
    let passOn: (() => void) | undefined;
    this.#holdNext = (held) => {
      this.#holdNext = undefined;
      if (released) held();
      else passOn = held;
    };
    return () => {
      released = true;
      passOn?.();
    };
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
