/** Attributes that each have one number to switch them on; the number of each bit in a set of them. */
const FLAGS = [1, 2, 3, 5, 7, 8, 9, 53] as const;

/** For each number that switches some of them off, the bits of these. */
const OFF: Readonly<Record<number, number>> = {
  22: 0b0000_0011,
  23: 0b0000_0100,
  25: 0b0000_1000,
  27: 0b0001_0000,
  28: 0b0010_0000,
  29: 0b0100_0000,
  55: 0b1000_0000,
};

const UNDERLINE = { single: 4, double: 21, none: 24 } as const;

/** The numbers that begin a colour of several: of the text, of what is behind it, of its underline. */
const LONG_COLOURS = { text: 38, background: 48, underline: 58 } as const;

/** What sets a colour: its text, or for those that come in floods a number that the text is made of later. */
type Colour = string | number;

/** No colour is set. */
const PLAIN = '';

/**
 * How text looks that a terminal prints now (SGR: bold, colours, …), as the sequences say that it has
 * printed. Bounded: a bit for each attribute, and three colours.
 */
export class GraphicRendition {
  #flags = 0;
  #underline = '';
  #text: Colour = PLAIN;
  #background: Colour = PLAIN;
  #underlineColour: Colour = PLAIN;

  copy(): GraphicRendition {
    const copy = new GraphicRendition();
    copy.#flags = this.#flags;
    copy.#underline = this.#underline;
    copy.#text = this.#text;
    copy.#background = this.#background;
    copy.#underlineColour = this.#underlineColour;
    return copy;
  }

  /** Takes the parameters of one SGR sequence, each perhaps with parts after colons. */
  apply(parameters: readonly string[]): void {
    for (let at = 0; at < parameters.length; at += 1) {
      const parameter = parameters[at] ?? '';
      const number = Number.parseInt(parameter, 10) || 0;
      if (isLongColour(number)) at += this.#longColour(number, parameters, at);
      else this.#one(number, parameter);
    }
  }

  /** The same for the first `count` of these numbers. */
  applyNumbers(numbers: Readonly<Int32Array>, count: number): void {
    for (let at = 0; at < count; at += 1) {
      const number = numbers[at] ?? 0;
      if (!isLongColour(number)) {
        this.#one(number, '');
        continue;
      }
      const form = at + 1 < count ? byteAt(numbers, at + 1, count) : undefined;
      if (form === 5) this.#setColour(number, byteAt(numbers, at + 2, count));
      else if (form === 2) {
        const red = byteAt(numbers, at + 2, count);
        const green = byteAt(numbers, at + 3, count);
        const blue = byteAt(numbers, at + 4, count);
        this.#setColour(number, TRUE_COLOUR | (red << 16) | (green << 8) | blue);
      }
      at += form === 5 ? 2 : form === 2 ? 4 : form === 0 ? 6 : 5;
    }
  }

  /** The sequence that makes text look so where it looked plain; empty when it does. */
  toString(): string {
    const all = [
      ...FLAGS.filter((_, bit) => (this.#flags & (1 << bit)) !== 0).map(String),
      this.#underline,
      colourText(LONG_COLOURS.text, this.#text),
      colourText(LONG_COLOURS.background, this.#background),
      colourText(LONG_COLOURS.underline, this.#underlineColour),
    ];
    const numbers = all.filter((number) => number !== '');
    return numbers.length === 0 ? '' : `\x1b[${numbers.join(';')}m`;
  }

  #one(number: number, parameter: string): void {
    if (number === 0) {
      this.#flags = 0;
      this.#underline = '';
      this.#text = this.#background = this.#underlineColour = PLAIN;
    } else if (isBetween(number, 30, 37) || isBetween(number, 90, 97)) {
      this.#text = SHORT_COLOUR | number;
    } else if (isBetween(number, 40, 47) || isBetween(number, 100, 107)) {
      this.#background = SHORT_COLOUR | number;
    } else if (number === 39 || number === 49 || number === 59) this.#setColour(number - 1, PLAIN);
    else if (number === UNDERLINE.single) this.#underline = underlineOf(parameter);
    else if (number === UNDERLINE.double) this.#underline = '21';
    else if (number === UNDERLINE.none) this.#underline = '';
    else {
      const bit = (FLAGS as readonly number[]).indexOf(number);
      if (bit >= 0) this.#flags |= 1 << bit;
      else this.#flags &= ~(OFF[number] ?? 0);
    }
  }

  #setColour(target: number, colour: Colour): void {
    if (target === LONG_COLOURS.text) this.#text = colour;
    else if (target === LONG_COLOURS.background) this.#background = colour;
    else this.#underlineColour = colour;
  }

  /** 38;5;n and 38;2;r;g;b, or the same with colons in one parameter. Returns how many more it took. */
  #longColour(target: number, parameters: readonly string[], at: number): number {
    const own = parameters[at] ?? '';
    if (own.includes(':')) {
      if (/^\d+:(?:5:\d{1,3}|2:\d*:\d{1,3}:\d{1,3}:\d{1,3}|2:\d{1,3}:\d{1,3}:\d{1,3})$/.test(own))
        this.#setColour(target, own);
      return 0;
    }
    const [form = '', ...values] = parameters.slice(at + 1).map(byteOf);
    const length = form === '5' ? 1 : form === '2' ? 3 : undefined;
    // Of a form that there is not, xterm.js leaves out as much as the longest could have.
    if (length === undefined) return form === '0' ? 6 : 5;
    const given = Array.from({ length }, (_, index) => values[index] ?? '0');
    this.#setColour(target, [target, form, ...given].join(';'));
    return 1 + length;
  }
}

/** What such a number is, besides one of the 256 colours: red, green and blue, or what sets one of the first 16. */
const TRUE_COLOUR = 1 << 24;
const SHORT_COLOUR = 1 << 25;

function colourText(target: number, colour: Colour): string {
  if (typeof colour === 'string') return colour;
  if ((colour & SHORT_COLOUR) !== 0) return String(colour & 0xff);
  if ((colour & TRUE_COLOUR) === 0) return `${target};5;${colour}`;
  return `${target};2;${(colour >> 16) & 0xff};${(colour >> 8) & 0xff};${colour & 0xff}`;
}

const isLongColour = (number: number) => number === 38 || number === 48 || number === 58;

/** Missing is 0, and too much is what is left of it in one byte. */
const byteAt = (numbers: Readonly<Int32Array>, index: number, count: number) =>
  index < count ? (numbers[index] ?? 0) & 0xff : 0;

/** The same of a text. */
const byteOf = (parameter: string) => String((Number.parseInt(parameter, 10) || 0) & 0xff);

const isBetween = (number: number, least: number, most: number) =>
  number >= least && number <= most;

/** 4, or 4:0 to 4:5 for its forms. */
function underlineOf(parameter: string): string {
  if (!parameter.includes(':')) return '4';
  const form = /^4:([0-5])$/.exec(parameter)?.[1];
  if (form === '0') return '';
  return form === undefined ? '4' : `4:${form}`;
}
