import type { ToBrowser } from '../protocol/browser.ts';
import type { ErrorReport } from '../protocol/errors.ts';
import type { Lifetime, LinePlace } from '../protocol/lifetime.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import type { WardenReply, WardenRequest, WardenRequestName } from '../protocol/warden.ts';
import type { Admission } from './admission.ts';
import { NO_MACHINE } from './refusals.ts';
import type { WardenAnswer } from './warden-link.ts';

/** The page that a machine is for. */
export type MachinePage = {
  readonly ask: <N extends WardenRequestName>(
    name: N,
    body: WardenRequest<N>,
    answered: (answer: WardenAnswer<WardenReply<N>>) => void,
  ) => void;
  readonly ownWait: (wait: number) => void;
  readonly disownWait: (wait: number) => void;
  readonly send: (message: ToBrowser) => void;
  readonly failed: (error: ErrorReport) => void;
  /** It has this machine from now on; told before the browser is. */
  readonly met: (sandbox: string) => void;
  /** The browser knows of it. */
  readonly told: () => void;
  /** It has none any more. */
  readonly left: () => void;
};

type Owner = {
  readonly id: string;
  readonly address: string;
  readonly needs: readonly SandboxNeed[];
};

/** The machine of one page: asked for, waited for, held, used, and lost. */
export class PageMachine {
  readonly #page: MachinePage;
  readonly #admission: Admission;
  #owner: Owner | undefined;
  #held: { readonly hold: number; readonly sandbox: string } | undefined;
  #wait: number | undefined;
  /** A machine has been asked for and is not here yet. */
  #starting = false;
  #closed = false;

  constructor(page: MachinePage, admission: Admission) {
    this.#page = page;
    this.#admission = admission;
  }

  /** The machine that the page is on. */
  get sandbox(): string | undefined {
    return this.#held?.sandbox;
  }

  /** The page has said whose it is. Without `make` the owner gets only what is there. */
  begin(owner: Owner, make: boolean): void {
    this.#owner = owner;
    this.#hold(make);
  }

  start(): void {
    if (this.#wait === undefined) this.#hold(true);
  }

  reset(): void {
    const owner = this.#owner;
    if (this.#starting || owner === undefined) return;
    this.#starting = true;
    this.#page.ask('reset', { owner: owner.id }, (answer) => {
      this.#starting = false;
      if (answer.ok) this.start();
      else this.#page.failed(answer.error);
    });
  }

  /** More time for it. The answer comes to all its pages, as `life`. */
  extend(): void {
    if (this.#held === undefined) {
      this.#page.failed(NO_MACHINE);
      return;
    }
    this.#page.ask('extend', { sandbox: this.#held.sandbox }, (answer) => {
      if (!answer.ok) this.#page.failed(answer.error);
    });
  }

  /** Somebody is there, even if he types nothing. */
  use(): void {
    if (this.#held !== undefined) this.#page.ask('use', { sandbox: this.#held.sandbox }, () => {});
  }

  leaveLine(): void {
    this.#endWait(true);
  }

  gone(sandbox: string, reason: GoneReason): void {
    if (this.#held?.sandbox !== sandbox) return;
    this.#held = undefined;
    this.#page.left();
    this.#page.send({ type: 'gone', reason });
  }

  life(sandbox: string, life: Lifetime): void {
    if (this.#held?.sandbox === sandbox) this.#page.send({ type: 'life', life });
  }

  placed(wait: number, place: LinePlace): void {
    if (this.#wait === wait) this.#page.send({ type: 'place', place });
  }

  /** The machine is being made: it only has to be taken. */
  turn(wait: number): void {
    this.#page.disownWait(wait);
    if (this.#wait !== wait) return;
    this.#wait = undefined;
    this.#hold(true);
  }

  /** The browser has gone. The machine stays for a while, and so does the place in the line. */
  close(): void {
    this.#closed = true;
    this.#endWait(false);
    if (this.#held !== undefined) this.#page.ask('release', { hold: this.#held.hold }, () => {});
    this.#held = undefined;
  }

  #hold(make: boolean): void {
    const owner = this.#owner;
    if (this.#starting || owner === undefined || this.#closed) return;
    const admitted = this.#admission.ask(owner.id, owner.address);
    if (!admitted.ok) {
      this.#page.failed(admitted.error);
      return;
    }
    this.#starting = true;
    this.#page.ask('hold', { owner: owner.id, needs: [...owner.needs], make }, (answer) => {
      this.#starting = false;
      if (answer.ok) {
        this.#take(owner, answer.reply);
        return;
      }
      this.#admission.forget(owner.id);
      this.#page.failed(answer.error);
    });
  }

  #take(owner: Owner, reply: WardenReply<'hold'>): void {
    switch (reply.kind) {
      case 'held':
        this.#admission.given(owner.id, reply.state.id);
        this.#meet(reply);
        break;
      case 'waits':
        this.#wait = reply.wait;
        this.#page.ownWait(reply.wait);
        if (this.#closed) this.#endWait(false);
        else this.#page.send({ type: 'place', place: reply.place });
        break;
      case 'none':
        this.#admission.forget(owner.id);
        if (!this.#closed) this.#page.send({ type: 'gone', reason: reply.last });
        break;
    }
  }

  #meet({ hold, state, terminals }: Extract<WardenReply<'hold'>, { kind: 'held' }>): void {
    const before = this.#closed ? hold : this.#held?.hold;
    if (before !== undefined) this.#page.ask('release', { hold: before }, () => {});
    if (this.#closed) return;
    this.#held = { hold, sandbox: state.id };
    this.#page.met(state.id);
    this.#page.send({ type: 'machine', state, terminals });
    this.#page.told();
  }

  #endWait(forGood: boolean): void {
    const wait = this.#wait;
    if (wait === undefined) return;
    this.#wait = undefined;
    this.#page.disownWait(wait);
    this.#page.ask('leave', { wait, forGood }, () => {});
    if (this.#owner !== undefined) this.#admission.forget(this.#owner.id);
  }
}
