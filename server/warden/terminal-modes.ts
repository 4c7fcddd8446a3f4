import { type ControlSequence, EscapeSequences, type SequenceEvents } from './escape-sequences.ts';
import { GraphicRendition } from './graphic-rendition.ts';
import { GIST_BYTES_MAX, type GistOf } from './output-gist.ts';

const ESC = 0x1b;
const CANCEL = Uint8Array.of(0x18);

/** For less, a call costs more than it saves. */
const GIST_BYTES_MIN = 128;

/** DEC private modes that are simply on or off, each with what it is on a new screen. */
const SWITCHES: Readonly<Record<number, boolean>> = {
  1: false,
  6: false,
  7: true,
  12: false,
  25: true,
  45: false,
  1004: false,
  2004: false,
};

const KEYPAD = 66;
const ORIGIN = 6;

/** Of these, one at most is on: which mouse events are told, and how. */
const MOUSE_EVENTS = [9, 1000, 1002, 1003];
const MOUSE_FORMS = [1005, 1006, 1015, 1016];

const ALTERNATE_SCREEN = [47, 1047, 1049];

/** Insert mode, and new line mode. */
const ANSI_MODES = [4, 20];

/** Intermediate bytes that choose a character set, and which of the four they choose. */
const CHARACTER_SETS: Readonly<Record<string, number>> = {
  '(': 0,
  ')': 1,
  '*': 2,
  '+': 3,
  '-': 1,
  '.': 2,
  '/': 3,
};

/** Final bytes of the escape sequences that choose one of the four for all that follows. */
const LEVELS: Readonly<Record<string, number>> = { n: 2, o: 3, '|': 3, '}': 2, '~': 1 };

/** Lines that scroll, or all of them. */
type Region = { readonly top: number; readonly bottom: number } | undefined;

/**
 * The modes that a terminal is in after all it has printed so far, as far as they outlive what is on its
 * screen: kept for the output that is forgotten, so that a page which begins after it draws the rest as it
 * was meant. It knows nothing of the screen's content. `gistOf` leaves out what can't matter.
 */
export class TerminalModes {
  #rows: number;
  readonly #gistOf: GistOf;
  #sequences = new EscapeSequences();
  #modes: Modes = newModes();
  readonly #events: SequenceEvents = {
    escape: (intermediates, final) => this.#escape(intermediates, final),
    control: (sequence) => this.#control(sequence),
    rendition: (numbers, count) => this.#modes.rendition.applyNumbers(numbers, count),
    shift: (level) => {
      this.#modes.level = level;
    },
  };

  constructor(rows: number, gistOf: GistOf) {
    this.#rows = rows;
    this.#gistOf = gistOf;
  }

  copy(): TerminalModes {
    const copy = new TerminalModes(this.#rows, this.#gistOf);
    copy.#sequences = this.#sequences.copy();
    copy.#modes = copyModes(this.#modes);
    return copy;
  }

  /** True while a full-screen program has the other screen. */
  get alternate(): boolean {
    return this.#modes.alternate !== 0;
  }

  /** True when what was scanned does not end within a sequence. */
  get betweenSequences(): boolean {
    return this.#sequences.inText;
  }

  scan(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; at += GIST_BYTES_MAX) {
      this.#scanPart(bytes.subarray(at, at + GIST_BYTES_MAX));
    }
  }

  #scanPart(bytes: Uint8Array): void {
    const first = this.#sequences.inText ? 0 : bytes.indexOf(ESC);
    if (first < 0 || bytes.byteLength - first < GIST_BYTES_MIN) {
      this.#sequences.scan(bytes, this.#events);
      return;
    }
    this.#sequences.scan(bytes.subarray(0, first), this.#events);
    // The next sequence ends one that was left open, and may not be in the gist.
    if (!this.#sequences.inText) this.#sequences.scan(CANCEL, this.#events);
    this.#sequences.scan(this.#gistOf(bytes.subarray(first)), this.#events);
  }

  /** The terminal has another size from here on: all its lines scroll again. */
  resized(rows: number): void {
    this.#rows = rows;
    this.#modes.region = { normal: undefined, alternate: undefined };
  }

  /** What sets these modes on a new screen; empty when they are those of a new screen. */
  preamble(): string {
    const modes = this.#modes;
    const text = [regionText(modes.region.normal)];
    if (modes.saved !== undefined) {
      const { rendition, set } = modes.saved;
      text.push(rendition.toString(), setText(0, set));
      if (modes.alternate !== 1049) text.push('\x1b7');
    }
    if (modes.alternate !== 0) text.push(`\x1b[?${modes.alternate}h`);
    if (modes.saved !== undefined) text.push('\x1b[m');
    if ((modes.saved?.set ?? DEFAULT_SET) !== DEFAULT_SET) text.push('\x1b(B');
    text.push(regionText(modes.region.alternate));
    for (const [index, set] of modes.sets.entries()) text.push(setText(index, set));
    text.push(LEVEL_TEXTS[modes.level] ?? '');
    for (const mode of modes.switched) if (mode !== ORIGIN) text.push(switchText(mode));
    if (modes.mouseEvents !== 0) text.push(`\x1b[?${modes.mouseEvents}h`);
    if (modes.mouseForm !== 0) text.push(`\x1b[?${modes.mouseForm}h`);
    for (const mode of modes.ansi) text.push(`\x1b[${mode}h`);
    if (modes.keypad) text.push('\x1b=');
    if (modes.cursorStyle !== 0) text.push(`\x1b[${modes.cursorStyle} q`);
    text.push(modes.rendition.toString());
    // Last: it moves the cursor.
    if (modes.switched.has(ORIGIN)) text.push(switchText(ORIGIN));
    return text.join('');
  }

  #escape(intermediates: string, final: string): void {
    const modes = this.#modes;
    const set = CHARACTER_SETS[intermediates];
    const level = LEVELS[final];
    if (set !== undefined) modes.sets[set] = final;
    else if (intermediates === '%' && (final === '@' || final === 'G')) {
      modes.level = 0;
      modes.sets[0] = DEFAULT_SET;
    } else if (intermediates !== '') return;
    else if (final === 'c') this.#modes = newModes();
    else if (final === '=' || final === '>') modes.keypad = final === '=';
    else if (final === '7' || final === '8') this.#saveOrRestore(final === '7');
    else if (level !== undefined) modes.level = level;
  }

  #control({ prefix, parameters, intermediates, final }: ControlSequence): void {
    const modes = this.#modes;
    const kind = `${prefix}${intermediates}${final}`;
    const numbers = parameters.map((parameter) => Number.parseInt(parameter, 10) || 0);
    const first = numbers[0] ?? 0;
    if (kind === 'm') modes.rendition.apply(parameters);
    else if (kind === '?h' || kind === '?l')
      for (const mode of numbers) this.#setPrivate(mode, final === 'h');
    else if (kind === 'h' || kind === 'l') {
      for (const mode of numbers.filter((number) => ANSI_MODES.includes(number)))
        setMember(modes.ansi, mode, final === 'h');
    } else if (kind === 'r') this.#setRegion(first || 1, numbers[1] ?? 0);
    else if (kind === 's' || kind === 'u') this.#saveOrRestore(kind === 's');
    else if (kind === ' q') modes.cursorStyle = cursorStyleOf(parameters[0] === '' ? 1 : first);
    else if (kind === '!p') this.#softReset();
  }

  #setPrivate(mode: number, on: boolean): void {
    const modes = this.#modes;
    const usual = SWITCHES[mode];
    if (usual !== undefined) setMember(modes.switched, mode, on !== usual);
    else if (mode === KEYPAD) modes.keypad = on;
    else if (MOUSE_EVENTS.includes(mode)) modes.mouseEvents = on ? mode : 0;
    else if (MOUSE_FORMS.includes(mode)) modes.mouseForm = on ? mode : 0;
    else if (mode === 2 && on) modes.sets = newModes().sets;
    else if (mode === 1048) this.#saveOrRestore(on);
    else if (ALTERNATE_SCREEN.includes(mode)) {
      if (mode === 1049) this.#saveOrRestore(on);
      if (on && modes.alternate === 0) modes.alternate = mode;
      if (!on) {
        modes.alternate = 0;
        modes.region = { ...modes.region, alternate: undefined };
      }
    }
  }

  /** With the cursor's place, which nobody here knows, the look of text is saved, and the character set that counts. */
  #saveOrRestore(save: boolean): void {
    const modes = this.#modes;
    if (save) {
      modes.saved = {
        rendition: modes.rendition.copy(),
        set: modes.sets[modes.level] ?? DEFAULT_SET,
      };
    } else {
      modes.rendition = modes.saved?.rendition.copy() ?? new GraphicRendition();
      modes.sets[modes.level] = modes.saved?.set ?? DEFAULT_SET;
    }
  }

  #setRegion(top: number, wanted: number): void {
    const bottom = wanted === 0 || wanted > this.#rows ? this.#rows : wanted;
    if (bottom <= top) return;
    const region = top === 1 && bottom === this.#rows ? undefined : { top, bottom };
    const screen = this.alternate ? 'alternate' : 'normal';
    this.#modes.region = { ...this.#modes.region, [screen]: region };
  }

  /** DECSTR: the screen stays, most modes do not. */
  #softReset(): void {
    const { alternate, region, mouseEvents, mouseForm, switched, ansi } = this.#modes;
    const screen = alternate === 0 ? 'normal' : 'alternate';
    this.#modes = {
      ...newModes(),
      alternate,
      mouseEvents,
      mouseForm,
      region: { ...region, [screen]: undefined },
      switched: new Set([...switched].filter((mode) => mode === BLINK)),
      ansi: new Set([...ansi].filter((mode) => mode === NEW_LINE)),
    };
  }
}

/** These are no modes of the screen's in xterm.js, and outlive a soft reset. */
const BLINK = 12;
const NEW_LINE = 20;

const DEFAULT_SET = 'B';
const LEVEL_TEXTS = ['', '\x0e', '\x1bn', '\x1bo'] as const;

type Modes = {
  /** Switches that are not as on a new screen. */
  switched: Set<number>;
  ansi: Set<number>;
  keypad: boolean;
  mouseEvents: number;
  mouseForm: number;
  /** The mode that has switched to the other screen; 0 on the normal one. */
  alternate: number;
  region: { readonly normal: Region; readonly alternate: Region };
  sets: string[];
  level: number;
  cursorStyle: number;
  rendition: GraphicRendition;
  /** As it was when the cursor was saved. */
  saved: { readonly rendition: GraphicRendition; readonly set: string } | undefined;
};

const newModes = (): Modes => ({
  switched: new Set(),
  ansi: new Set(),
  keypad: false,
  mouseEvents: 0,
  mouseForm: 0,
  alternate: 0,
  region: { normal: undefined, alternate: undefined },
  sets: [DEFAULT_SET, DEFAULT_SET, DEFAULT_SET, DEFAULT_SET],
  level: 0,
  cursorStyle: 0,
  rendition: new GraphicRendition(),
  saved: undefined,
});

const copyModes = (modes: Modes): Modes => ({
  ...modes,
  switched: new Set(modes.switched),
  ansi: new Set(modes.ansi),
  sets: [...modes.sets],
  rendition: modes.rendition.copy(),
});

function setMember(set: Set<number>, member: number, isIn: boolean): void {
  if (isIn) set.add(member);
  else set.delete(member);
}

const regionText = (region: Region) =>
  region === undefined ? '' : `\x1b[${region.top};${region.bottom}r`;

const setText = (index: number, set: string) =>
  set === DEFAULT_SET ? '' : `\x1b${'()*+'[index]}${set}`;

const switchText = (mode: number) => `\x1b[?${mode}${SWITCHES[mode] === true ? 'l' : 'h'}`;

const cursorStyleOf = (style: number) => (style >= 0 && style <= 6 ? style : 0);
