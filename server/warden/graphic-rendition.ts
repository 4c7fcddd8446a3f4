/** Attributes that each have one number to switch them on, and the number that switches them off. */
const FLAGS: Readonly<Record<number, number>> = {
  1: 22,
  2: 22,
  3: 23,
  5: 25,
  7: 27,
  8: 28,
  9: 29,
  53: 55,
};

const UNDERLINE = { single: 4, double: 21, none: 24 } as const;

/** The colours that are set by several numbers: text, background, underline. */
const LONG_COLOURS = [38, 48, 58];

/**
 * How text looks that a terminal prints now (SGR: bold, colours, …), as the sequences say that it has
 * printed. Bounded: a number for each attribute, and three colours.
 */
export class GraphicRendition {
  #flags = new Set<number>();
  #underline = '';
  /** What sets each: its text, or for the colours that come in floods a number that the text is made of later. */
  #colours = new Map<number, string | number>();

  copy(): GraphicRendition {
    const copy = new GraphicRendition();
    copy.#flags = new Set(this.#flags);
    copy.#underline = this.#underline;
    copy.#colours = new Map(this.#colours);
    return copy;
  }

  /** Takes the parameters of one SGR sequence, each perhaps with parts after colons. */
  apply(parameters: readonly string[]): void {
    for (let at = 0; at < parameters.length; at += 1) {
      const parameter = parameters[at] ?? '';
      const number = Number.parseInt(parameter, 10) || 0;
      if (LONG_COLOURS.includes(number)) at += this.#longColour(number, parameters, at);
      else this.#one(number, parameter);
    }
  }

  /** The same for the first `count` of these numbers. */
  applyNumbers(numbers: Readonly<Float64Array>, count: number): void {
    for (let at = 0; at < count; at += 1) {
      const number = numbers[at] ?? 0;
      if (number !== 38 && number !== 48 && number !== 58) {
        this.#one(number, '');
        continue;
      }
      const form = at + 1 < count ? (numbers[at + 1] ?? 0) & 0xff : undefined;
      const value = (index: number) => (index < count ? (numbers[index] ?? 0) & 0xff : 0);
      if (form === 5) this.#colours.set(number, value(at + 2));
      else if (form === 2) {
        const rgb = (value(at + 2) << 16) | (value(at + 3) << 8) | value(at + 4);
        this.#colours.set(number, TRUE_COLOUR + rgb);
      }
      at += form === 5 ? 2 : form === 2 ? 4 : form === 0 ? 6 : 5;
    }
  }

  /** The sequence that makes text look so where it looked plain; empty when it does. */
  toString(): string {
    const all = [...this.#flags]
      .map(String)
      .concat(this.#underline, ...[...this.#colours].map(colourText));
    const numbers = all.filter((number) => number !== '');
    return numbers.length === 0 ? '' : `\x1b[${numbers.join(';')}m`;
  }

  #one(number: number, parameter: string): void {
    if (number === 0) {
      this.#flags.clear();
      this.#underline = '';
      this.#colours.clear();
    } else if (number in FLAGS) this.#flags.add(number);
    else if (number === UNDERLINE.single) this.#underline = underlineOf(parameter);
    else if (number === UNDERLINE.double) this.#underline = '21';
    else if (number === UNDERLINE.none) this.#underline = '';
    else if (isBetween(number, 30, 37) || isBetween(number, 90, 97))
      this.#colours.set(38, String(number));
    else if (isBetween(number, 40, 47) || isBetween(number, 100, 107))
      this.#colours.set(48, String(number));
    else if (number === 39 || number === 49 || number === 59) this.#colours.delete(number - 1);
    else for (const flag of this.#flags) if (FLAGS[flag] === number) this.#flags.delete(flag);
  }

  /** 38;5;n and 38;2;r;g;b, or the same with colons in one parameter. Returns how many more it took. */
  #longColour(target: number, parameters: readonly string[], at: number): number {
    const own = parameters[at] ?? '';
    if (own.includes(':')) {
      if (/^\d+:(?:5:\d{1,3}|2:\d*:\d{1,3}:\d{1,3}:\d{1,3}|2:\d{1,3}:\d{1,3}:\d{1,3})$/.test(own))
        this.#colours.set(target, own);
      return 0;
    }
    const [form = '', ...values] = parameters.slice(at + 1).map(byteOf);
    const length = form === '5' ? 1 : form === '2' ? 3 : undefined;
    // Of a form that there is not, xterm.js leaves out as much as the longest could have.
    if (length === undefined) return form === '0' ? 6 : 5;
    const given = Array.from({ length }, (_, index) => values[index] ?? '0');
    this.#colours.set(target, [target, form, ...given].join(';'));
    return 1 + length;
  }
}

/** Added to the red, green and blue of a colour; without it, a number is one of the 256. */
const TRUE_COLOUR = 0x1000000;

function colourText([target, colour]: readonly [number, string | number]): string {
  if (typeof colour === 'string') return colour;
  if (colour < TRUE_COLOUR) return `${target};5;${colour}`;
  return `${target};2;${(colour >> 16) & 0xff};${(colour >> 8) & 0xff};${colour & 0xff}`;
}

/** Missing is 0, and too much is what is left of it in one byte. */
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
