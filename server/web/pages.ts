import type { Frame } from '../protocol/frame.ts';
import type { Page } from './page.ts';
import type { WardenNews } from './warden-link.ts';

/** All pages that are open, and which of them a number of the warden's belongs to. */
export class Pages {
  readonly #pages = new Set<Page>();
  readonly #byChannel = new Map<number, Page>();
  readonly #byWatch = new Map<number, Page>();

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

  /** Output of a terminal. Its page may have gone meanwhile. */
  output(frame: Frame, bytes: Uint8Array): void {
    this.#byChannel.get(frame.channel)?.output(frame, bytes);
  }

  news(news: WardenNews): void {
    switch (news.type) {
      case 'gone':
        for (const page of this.#pages) page.gone(news.sandbox, news.reason);
        break;
      case 'terminal-ended':
        for (const page of this.#pages) page.terminalEnded(news);
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
