/** What a scan finds in a terminal's output. */
export type SequenceEvents = {
  /** ESC with intermediate bytes, if there are any, and a final one. */
  readonly escape: (intermediates: string, final: string) => void;
  /** A control sequence, complete and well formed. */
  readonly control: (sequence: ControlSequence) => void;
  /** The same for SGR whose parameters are `count` plain numbers: colourful output is little else. */
  readonly rendition: (numbers: Readonly<Float64Array>, count: number) => void;
  /** SO (1) or SI (0): which of two character sets counts. */
  readonly shift: (level: 0 | 1) => void;
};

export type ControlSequence = {
  /** `?`, `>`, `<` or `=`, or empty. */
  readonly prefix: string;
  readonly parameters: readonly string[];
  readonly intermediates: string;
  readonly final: string;
};

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const SO = 0x0e;
const SI = 0x0f;

/** A longer sequence is nothing a terminal knows; its end is found all the same. */
const SEQUENCE_BYTES_MAX = 256;

/** xterm.js takes no more; the rest is ignored. */
const PARAMETERS_MAX = 32;

const CONTROL = /^([<=>?]?)([\d;:]*)([ -/]*)$/;

/**
 * Finds escape sequences in a stream of bytes, wherever it is cut, as a terminal does. Between sequences
 * it searches for the next ESC, so that plain text costs next to nothing. Hostile input costs no more
 * memory than one short sequence.
 */
export class EscapeSequences {
  #state: 'text' | 'escape' | 'control' | 'string' | 'command' = 'text';
  #sequence = '';

  copy(): EscapeSequences {
    const copy = new EscapeSequences();
    copy.#state = this.#state;
    copy.#sequence = this.#sequence;
    return copy;
  }

  /** True between sequences, where text may begin. */
  get inText(): boolean {
    return this.#state === 'text';
  }

  scan(bytes: Uint8Array, events: SequenceEvents): void {
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.#state === 'text') {
        const found = bytes.indexOf(ESC, at);
        const end = found < 0 ? bytes.byteLength : found;
        if (end > at) shiftIn(bytes, at, end, events);
        if (found < 0) return;
        const after = readRendition(bytes, found, events);
        if (after === undefined) this.#begin();
        at = after ?? found + 1;
      } else {
        this.#take(bytes[at] ?? 0, events);
        at += 1;
      }
    }
  }

  #begin(): void {
    this.#state = 'escape';
    this.#sequence = '';
  }

  #take(byte: number, events: SequenceEvents): void {
    if (byte === ESC) this.#begin();
    else if (byte === CAN || byte === SUB) this.#state = 'text';
    else if (this.#state === 'string') return;
    else if (this.#state === 'command') {
      if (byte === BEL) this.#state = 'text';
    } else if (byte < 0x20) {
      if (byte === SO || byte === SI) events.shift(byte === SO ? 1 : 0);
    } else if (byte > 0x7e) {
      if (byte !== 0x7f) this.#state = 'text';
    } else if (this.#state === 'escape') this.#takeEscape(String.fromCharCode(byte), events);
    else this.#takeControl(byte, events);
  }

  #takeEscape(character: string, events: SequenceEvents): void {
    if (character >= ' ' && character <= '/') this.#keep(character);
    else if (this.#sequence === '' && character === '[') this.#state = 'control';
    else if (this.#sequence === '' && character === ']') this.#state = 'command';
    else if (this.#sequence === '' && /[PX^_]/.test(character)) this.#state = 'string';
    else {
      this.#state = 'text';
      events.escape(this.#sequence, character);
    }
  }

  #takeControl(byte: number, events: SequenceEvents): void {
    const character = String.fromCharCode(byte);
    if (byte < 0x40) {
      this.#keep(character);
      return;
    }
    this.#state = 'text';
    if (this.#sequence.length > SEQUENCE_BYTES_MAX) return;
    const [, prefix, parameters, intermediates] = CONTROL.exec(this.#sequence) ?? [];
    if (prefix === undefined || parameters === undefined || intermediates === undefined) return;
    events.control({
      prefix,
      parameters: parameters.split(';', PARAMETERS_MAX),
      intermediates,
      final: character,
    });
  }

  #keep(character: string): void {
    if (this.#sequence.length <= SEQUENCE_BYTES_MAX) this.#sequence += character;
  }
}

const NUMBERS = new Float64Array(PARAMETERS_MAX);

/** Larger ones are left to who reads text. */
const NUMBER_MAX = 1_000_000;

/** Reads an SGR of plain numbers that lies whole in these bytes, without making a text of it; says where it ends. */
function readRendition(bytes: Uint8Array, at: number, events: SequenceEvents): number | undefined {
  if (bytes[at + 1] !== 0x5b) return undefined;
  let count = 0;
  let number = 0;
  for (let next = at + 2; next < bytes.byteLength; next += 1) {
    const byte = bytes[next] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) number = number * 10 + byte - 0x30;
    else if (byte === 0x3b || byte === 0x6d) {
      if (count === PARAMETERS_MAX) return undefined;
      NUMBERS[count] = number;
      count += 1;
      number = 0;
      if (byte === 0x6d) {
        events.rendition(NUMBERS, count);
        return next + 1;
      }
    } else return undefined;
    if (number > NUMBER_MAX) return undefined;
  }
  return undefined;
}

/** Text between two colours is short: then a view of it, and two searches in that, cost more than a look at each byte. */
const SHORT_BYTES = 64;

function shiftIn(bytes: Uint8Array, start: number, end: number, events: SequenceEvents): void {
  if (end - start <= SHORT_BYTES) {
    for (let at = end - 1; at >= start; at -= 1) {
      const byte = bytes[at];
      if (byte !== SO && byte !== SI) continue;
      events.shift(byte === SO ? 1 : 0);
      return;
    }
    return;
  }
  const text = bytes.subarray(start, end);
  const out = text.lastIndexOf(SO);
  const back = text.lastIndexOf(SI);
  if (out >= 0 || back >= 0) events.shift(out > back ? 1 : 0);
}
