/** An element of an SVG file, with the line it begins on. */
export type SvgElement = {
  readonly name: string;
  readonly line: number;
  readonly attributes: readonly SvgAttribute[];
  readonly children: readonly (SvgElement | string)[];
};

export type SvgAttribute = { readonly name: string; readonly value: string; readonly line: number };

/** Why a text is no XML, or none of the plain kind that a figure is written in. */
export class SvgSyntax extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
const NAME = /[A-Za-z_][\w.:-]*/y;
const BLANKS = /\s+/y;
const DEPTH_MAX = 64;

/**
 * Reads XML without declarations, doctypes, processing instructions and CDATA: what is left has one
 * meaning for every reader of it. Throws `SvgSyntax`.
 */
export function parseSvg(text: string): SvgElement {
  return new SvgParser(text).document();
}

/** Writes an element again, with nothing in it but what was read. */
export function writeSvg(element: SvgElement | string): string {
  if (typeof element === 'string') return escapeText(element);
  const attributes = element.attributes.map(
    ({ name, value }) => ` ${name}="${escapeText(value).replaceAll('"', '&quot;')}"`,
  );
  const open = `<${element.name}${attributes.join('')}`;
  if (element.children.length === 0) return `${open}/>`;
  return `${open}>${element.children.map(writeSvg).join('')}</${element.name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

class SvgParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): SvgElement {
    this.#skipComments();
    if (!this.#sees('<')) this.#fail('A figure begins with `<svg …>`.');
    const root = this.#element(0);
    this.#skipComments();
    if (this.#at < this.#text.length) this.#fail('Something stands after `</svg>`.');
    return root;
  }

  #element(depth: number): SvgElement {
    if (depth > DEPTH_MAX) this.#fail(`Elements lie more than ${DEPTH_MAX} deep in each other.`);
    const line = this.#line();
    this.#expect('<');
    if (this.#sees('!') || this.#sees('?')) {
      this.#fail('A figure has no declarations, no doctype and no CDATA.');
    }
    const name = this.#name('an element');
    const attributes = this.#attributes(name);
    if (this.#take('/>')) return { name, line, attributes, children: [] };
    this.#expect('>');
    const children: (SvgElement | string)[] = [];
    while (!this.#sees('</')) {
      if (this.#at >= this.#text.length) {
        throw new SvgSyntax(line, `\`<${name}>\` is never closed.`);
      }
      if (this.#sees('<!--')) this.#comment();
      else if (this.#sees('<')) children.push(this.#element(depth + 1));
      else children.push(this.#characters('<'));
    }
    this.#expect('</');
    const closing = this.#name('an element');
    if (closing !== name) {
      this.#fail(`\`</${closing}>\` closes \`<${name}>\` of line ${line}.`);
    }
    this.#blanks();
    this.#expect('>');
    return { name, line, attributes, children };
  }

  #attributes(element: string): SvgAttribute[] {
    const attributes: SvgAttribute[] = [];
    for (;;) {
      const spaced = this.#blanks();
      if (this.#sees('>') || this.#sees('/>')) return attributes;
      if (!spaced) this.#fail(`\`<${element}\` goes on in a way that is not XML.`);
      const line = this.#line();
      const name = this.#name('an attribute');
      if (attributes.some((other) => other.name === name)) {
        this.#fail(`\`${name}\` stands twice in one \`<${element}>\`.`);
      }
      this.#blanks();
      this.#expect('=');
      this.#blanks();
      const quote = this.#sees('"') ? '"' : "'";
      this.#expect(quote);
      const value = this.#characters(quote);
      this.#expect(quote);
      attributes.push({ name, value, line });
    }
  }

  /** Text up to a mark, with its entities replaced. */
  #characters(mark: string): string {
    const line = this.#line();
    const end = this.#text.indexOf(mark, this.#at);
    const raw = this.#text.slice(this.#at, end === -1 ? undefined : end);
    if (mark !== '<' && (end === -1 || raw.includes('<'))) {
      this.#fail(`The value of an attribute is never closed with ${mark}.`);
    }
    this.#at += raw.length;
    return raw.replace(/&([^;\s]*;?)/g, (whole, inner: string) => {
      const name = inner.replace(/;$/, '');
      const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
      const code = number ? Number.parseInt(number[1] ?? number[2] ?? '', number[1] ? 16 : 10) : 0;
      const plain = number
        ? code > 31 && code < 0x110000
          ? String.fromCodePoint(code)
          : undefined
        : ENTITIES[name];
      if (plain !== undefined && inner.endsWith(';')) return plain;
      throw new SvgSyntax(line, `\`${whole}\` is no entity of XML; a plain & is \`&amp;\`.`);
    });
  }

  #skipComments(): void {
    this.#blanks();
    while (this.#sees('<!--')) {
      this.#comment();
      this.#blanks();
    }
  }

  #comment(): void {
    const end = this.#text.indexOf('-->', this.#at);
    if (end === -1) this.#fail('A comment is never closed with `-->`.');
    this.#at = end + '-->'.length;
  }

  #name(what: string): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) return this.#fail(`Here the name of ${what} should stand.`);
    this.#at += name.length;
    return name;
  }

  #blanks(): boolean {
    BLANKS.lastIndex = this.#at;
    const length = BLANKS.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }

  #sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`Here \`${text}\` should stand.`);
  }

  #line(): number {
    return this.#text.slice(0, this.#at).split('\n').length;
  }

  #fail(message: string): never {
    throw new SvgSyntax(this.#line(), message);
  }
}
