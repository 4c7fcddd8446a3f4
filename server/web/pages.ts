import type { Frame } from '../protocol/frame.ts';
import type { Admission } from './admission.ts';
import type { Page } from './page.ts';
import type { WardenNews } from './warden-link.ts';

/** All pages that are open, and which of them a number of the warden's belongs to. */
export class Pages {
  readonly #pages = new Set<Page>();
  readonly #byChannel = new Map<number, Page>();
  readonly #byWatch = new Map<number, Page>();
  readonly #byWait = new Map<number, Page>();
  readonly #admission: Pick<Admission, 'gone'>;

  constructor(admission: Pick<Admission, 'gone'>) {
    this.#admission = admission;
  }

  add(page: Page): void {
    this.#pages.add(page);
  }

  remove(page: Page): void {
    this.#pages.delete(page);
  }

  ownChannel(channel: number, page: Page): void {
    this.#byChannel.set(channel, page);
  }

  disownChannel(channel: number): void {
    this.#byChannel.delete(channel);
  }

  ownWatch(watch: number, page: Page): void {
    this.#byWatch.set(watch, page);
  }

  disownWatch(watch: number): void {
    this.#byWatch.delete(watch);
  }

  ownWait(wait: number, page: Page): void {
    this.#byWait.set(wait, page);
  }

  disownWait(wait: number): void {
    this.#byWait.delete(wait);
  }

  /** A frame of a terminal. Its page may have gone meanwhile. */
  output(frame: Frame, bytes: Uint8Array): void {
    this.#byChannel.get(frame.channel)?.output(bytes);
  }

  news(news: WardenNews): void {
    switch (news.type) {
      case 'gone':
        this.#admission.gone(news.sandbox);
        for (const page of this.#pages) page.gone(news.sandbox, news.reason);
        break;
      case 'life':
        for (const page of this.#pages) page.life(news.sandbox, news.life);
        break;
      case 'place':
        this.#byWait.get(news.wait)?.placed(news.wait, news.place);
        break;
      case 'turn':
        this.#byWait.get(news.wait)?.turn(news.wait);
        break;
      case 'terminal-ended':
        for (const page of this.#pages) page.terminalEnded(news);
        break;
      case 'terminal-started':
        for (const page of this.#pages) page.terminalStarted(news);
        break;
      case 'terminal-size':
      case 'terminal-skipped':
        this.#byChannel.get(news.channel)?.terminalNews(news);
        break;
      case 'terminals':
        for (const page of this.#pages) page.terminalsChanged(news);
        break;
      case 'pressure':
        for (const page of this.#pages) page.pressure(news);
        break;
      case 'check':
        this.#byWatch.get(news.watch)?.check(news.watch, news.state);
        break;
      case 'xray':
        this.#byWatch.get(news.watch)?.xray(news.watch, news.snapshot);
        break;
    }
  }

  /** Progress can't be saved, or can be again. */
  progressTrouble(sentence: string | undefined): void {
    for (const page of this.#pages) page.progressTrouble(sentence);
  }

  /** The warden takes packets again. */
  drained(): void {
    for (const page of this.#pages) page.drained();
  }
}
