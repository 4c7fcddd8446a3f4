import { type RecordedEvent, Recording } from './recording.ts';
import {
  appendRecording,
  readRecording,
  removeRecording,
  tidyRecordings,
} from './recording-store.ts';

/** What is lost at most when the browser is killed. A page that is left or hidden writes at once. */
const WRITE_EVERY_MS = 2_000;

/**
 * Records one terminal of the machine that there is, and goes on where the recording ended when the page
 * is loaded again. When another machine takes its place, or the terminal is opened anew, a new recording
 * begins; when the machine is only gone, the recording stays.
 */
export class Recorder {
  #recording = new Recording();
  #name: string | undefined;
  /** Nothing is written before what was stored has been read. */
  #written: number | undefined;
  #size: { readonly columns: number; readonly rows: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly terminal: string) {}

  /** What comes from now on is of this opening of the terminal in this machine. */
  openingIs(machine: string, serial: number): void {
    const name = `${machine}/${this.terminal}/${serial}`;
    if (name === this.#name) return;
    if (this.#name !== undefined) {
      void removeRecording(this.#name);
      this.#recording = new Recording();
    }
    this.#name = name;
    this.#written = undefined;
    if (this.#size) this.resized(this.#size.columns, this.#size.rows);
    void this.#restore(name, this.#recording);
  }

  record(offset: number, bytes: Uint8Array): void {
    this.#recording.record(offset, bytes, Date.now());
    this.#writeSoon();
  }

  resized(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#recording.resized(columns, rows, Date.now());
    this.#writeSoon();
  }

  events(): readonly RecordedEvent[] {
    return this.#recording.events();
  }

  get isEmpty(): boolean {
    return this.#recording.isEmpty;
  }

  /** Brings to the disk what is not there yet. */
  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#name === undefined || this.#written === undefined) return;
    const { events, next } = this.#recording.eventsFrom(this.#written);
    this.#written = next;
    void appendRecording(this.#name, events);
  }

  /** The terminal is closed for good: nobody can ask for what was on it any more. */
  discard(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#written = undefined;
    if (this.#name !== undefined) void removeRecording(this.#name);
    this.#name = undefined;
  }

  async #restore(name: string, recording: Recording): Promise<void> {
    const stored = await readRecording(name);
    // Meanwhile it may be another machine.
    if (recording !== this.#recording || name !== this.#name) return;
    this.#written = recording.restore(stored);
    this.#writeSoon();
    void tidyRecordings(Date.now());
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.write(), WRITE_EVERY_MS);
  }
}
