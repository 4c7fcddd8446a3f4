/** What a scan finds in a terminal's output. */
export type SequenceEvents = {
  /** ESC with intermediate bytes, if there are any, and a final one. */
  readonly escape: (intermediates: string, final: string) => void;
  /** A control sequence, complete and well formed. */
  readonly control: (sequence: ControlSequence) => void;
  /** The same for SGR whose parameters are `count` plain numbers: colourful output is little else. */
  readonly rendition: (numbers: Readonly<Int32Array>, count: number) => void;
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
 * Finds escape sequences in a stream of bytes, wherever it is cut, as a terminal does. It looks at each byte
 * once, and makes texts of nothing that can't matter: this is done to all that any terminal prints. Hostile
 * input costs no more memory than one short sequence.
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
      if (this.#state === 'text') at = this.#skipText(bytes, at, events);
      else {
        this.#take(bytes[at] ?? 0, events);
        at += 1;
      }
    }
  }

  /** Goes on until a sequence begins that has to be taken byte by byte, and says where that is. */
  #skipText(bytes: Uint8Array, from: number, events: SequenceEvents): number {
    const end = bytes.byteLength;
    // Plain text is most of what is printed, and searched by machine code.
    if ([ESC, SO, SI].every((byte) => bytes.indexOf(byte, from) < 0)) return end;
    let at = from;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      at += 1;
      if (byte >= 0x20) continue;
      if (byte === ESC) {
        const after = skipNumbers(bytes, at, events);
        if (after === undefined) {
          this.#begin();
          break;
        }
        at = after;
      } else if (byte === SO || byte === SI) events.shift(byte === SO ? 1 : 0);
    }
    return at;
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

const NUMBERS = new Int32Array(PARAMETERS_MAX);

/** Larger ones are left to who reads text. */
const NUMBER_MAX = 1_000_000;

const OPEN = 0x5b;
const SEMICOLON = 0x3b;
const RENDITION = 0x6d;

/** Final bytes of the control sequences with numbers alone that change a mode: h, l, r, s, u. */
const CHANGES: ReadonlySet<number> = new Set([0x68, 0x6c, 0x72, 0x73, 0x75]);

/**
 * Reads what follows an ESC when it is a control sequence of plain numbers that lies whole in these bytes:
 * those that come in floods, which set a look or move the cursor. Says where it ends, and nothing if it is
 * another one.
 */
function skipNumbers(bytes: Uint8Array, at: number, events: SequenceEvents): number | undefined {
  if (bytes[at] !== OPEN) return undefined;
  const end = bytes.byteLength;
  let count = 0;
  let number = 0;
  for (let next = at + 1; next < end; next += 1) {
    const byte = bytes[next] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      number = number * 10 + byte - 0x30;
      if (number > NUMBER_MAX) return undefined;
      continue;
    }
    const isFinal = byte >= 0x40 && byte <= 0x7e;
    if ((!isFinal && byte !== SEMICOLON) || count === PARAMETERS_MAX) return undefined;
    NUMBERS[count] = number;
    count += 1;
    number = 0;
    if (!isFinal) continue;
    if (byte === RENDITION) events.rendition(NUMBERS, count);
    else if (CHANGES.has(byte)) return undefined;
    return next + 1;
  }
  return undefined;
}
