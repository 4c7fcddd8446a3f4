import assert from 'node:assert/strict';
import test from 'node:test';
import { change, ENGLISH, inLessons, lint, SVG, says } from '../lint/fixture.ts';
import { loadLesson } from '../load.ts';
import { readFigure } from './figure.ts';
import { formatProblem, Report } from './problem.ts';

const OPEN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">';

/** What is said of a figure with this in it. */
function problems(inside: string, open = OPEN): string[] {
  const report = new Report('x.svg');
  const read = readFigure(`${open}\n${inside}\n</svg>`, 'x-', report);
  assert.equal(read === null, report.problems.length > 0);
  return report.problems.map(formatProblem);
}

test('a figure is read into the page with ids of its own', () => {
  inLessons({}, (directory) => {
    const blocks = loadLesson('uts', 'en', directory)?.steps[0]?.blocks ?? [];
    const figure = blocks.find((block) => block.kind === 'figure');
    assert.equal(figure?.alternative, 'Two processes, each with a name');
    assert.match(figure.svg, /<marker id="names-tip"/);
    assert.match(figure.svg, /marker-end="url\(#names-tip\)"/);
    assert.match(figure.svg, />a &amp; b<\/text>/);
  });
});

test('a figure that stands twice has other ids the second time', () => {
  const figure = '::figure[Two processes, each with a name]{file=names.svg}';
  const twice = ENGLISH.replace(figure, `${figure}\n\n${figure}`);
  inLessons({ en: twice }, (directory) => {
    const blocks = loadLesson('uts', 'en', directory)?.steps[0]?.blocks ?? [];
    const ids = blocks.flatMap((block) =>
      block.kind === 'figure' ? [/id="([^"]*)"/.exec(block.svg)?.[1]] : [],
    );
    assert.deepEqual(ids, ['names-tip', 'names-2-tip']);
  });
});

test('each language shows its own figure where there is one', () => {
  const more = { '050-uts/figures/names.zh.svg': SVG.replace('a &amp; b', '甲') };
  inLessons({ more }, (directory) => {
    const text = (language: 'en' | 'zh') => JSON.stringify(loadLesson('uts', language, directory));
    assert.ok(!text('en').includes('甲') && text('zh').includes('甲'));
  });
});

test('a figure that is not there, has no words or is not shown is named', () => {
  const place = '::figure[Two processes, each with a name]{file=names.svg}';
  assert.ok(
    change('names.svg}', 'nmaes.svg}').includes(
      'lesson.en.md:26: There is no figures/nmaes.svg. Did you mean `names.svg`?',
    ),
  );
  const wordless = 'A figure says what it shows, for who can not see it.';
  says(change(place, '::figure[]{file=names.svg}'), place, wordless);
  says(change(place, '::figure[names.svg]{file=names.svg}'), place, wordless);
  says(
    change(place, '::figure[Two]{file=../names.svg}').slice(0, 1),
    place,
    'A figure names its file. Did you mean `::figure[What it shows]{file=bridge.svg}`?',
  );
  assert.deepEqual(lint({ more: { '050-uts/figures/old.svg': SVG } }), [
    'figures/old.svg:1: No step shows this figure.',
  ]);
});

test('what is wrong in a figure is named in its own file, once', () => {
  assert.deepEqual(lint({ svg: SVG.replace('var(--color-ink-2)', '#333') }).length, 1);
  assert.match(
    lint({ svg: SVG.replace('var(--color-ink-2)', 'var(--color-ink-4)') })[0] ?? '',
    /^figures\/names\.svg:4: Unknown colour `var\(--color-ink-4\)`.* Did you mean `var\(--color-ink-[23]?\)?`?/,
  );
});

test('a figure has a viewBox and no size, and says what it is', () => {
  assert.deepEqual(problems('', '<svg xmlns="http://www.w3.org/2000/svg">'), [
    'x.svg:1: The `<svg>` has no `viewBox`. Did you mean `viewBox="0 0 640 240"`?',
  ]);
  assert.deepEqual(problems('', OPEN.replace('10 10', '10 0')), [
    'x.svg:1: The `viewBox` is not four numbers with a width and a height.',
  ]);
  assert.deepEqual(problems('', OPEN.replace('viewBox', 'width="10" viewBox')), [
    'x.svg:1: The `<svg>` has no `width`: the page gives it its size.',
  ]);
  assert.match(problems('', '<svg viewBox="0 0 1 1">')[0] ?? '', /does not say what it is/);
});

test('nothing in a figure runs, loads, styles or reaches out', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['<script>alert(1)</script>', /^x\.svg:2: Unknown SVG element `script`/],
    ['<style>*{}</style>', /Unknown SVG element `style`/],
    ['<foreignObject/>', /Unknown SVG element `foreignObject`/],
    ['<image href="#a"/>', /Unknown SVG element `image`/],
    ['<a href="#b"/>', /Unknown SVG element `a`/],
    ['<animate/>', /Unknown SVG element `animate`/],
    ['<rect onclick="x()"/>', /Unknown SVG attribute `onclick`/],
    ['<rect ONLOAD="x()"/>', /Unknown SVG attribute `ONLOAD`/],
    ['<rect style="fill:red"/>', /Unknown SVG attribute `style`/],
    ['<rect class="a"/>', /Unknown SVG attribute `class`/],
    ['<use xlink:href="#a"/>', /Unknown SVG attribute `xlink:href`/],
    ['<use href="https://example.org/a.svg#b"/>', /reaches out of the figure/],
    ['<use href="javascript:x"/>', /reaches out of the figure/],
    ['<rect clip-path="url(https://example.org/#a)"/>', /reaches out of the figure/],
    ['<rect mask="url( #a )"/>', /reaches out of the figure/],
    [
      '<g><marker id="tip"/><line marker-end="url(#tpi)"/></g>',
      /Unknown id `tpi`.* Did you mean `tip`\?$/,
    ],
    ['<rect fill="#333"/>', /Unknown colour `#333`/],
    ['<rect stroke="red"/>', /Unknown colour `red`/],
    ['<rect fill="url(#a)"/>', /Unknown colour `url\(#a\)`/],
    ['<rect fill="var(--color-ns-utc)"/>', /Did you mean `var\(--color-ns-uts\)`\?$/],
    ['<text font-family="Comic Sans"/>', /Unknown font `Comic Sans`/],
    ['<rect id="a"/><g id="a"/>', /A second `id="a"`/],
    ['<rect id="1 2"/>', /`1 2` is no id/],
    ['<rcet/>', /Unknown SVG element `rcet`.* Did you mean `rect`\?$/],
  ];
  for (const [inside, expected] of refused)
    assert.match(problems(inside)[0] ?? '', expected, inside);
});

test('a figure is XML of the plainest kind, or is refused with the line', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['<g>', /^x\.svg:3: `<\/svg>` closes `<g>` of line 2\.$/],
    ['<g></h>', /^x\.svg:2: `<\/h>` closes `<g>`/],
    ['<rect x=1/>', /^x\.svg:2: Here `'` should stand\.$/],
    ['<rect x="1" x="2"/>', /`x` stands twice in one `<rect>`/],
    ['<rect x="1"y="2"/>', /`<rect` goes on in a way that is not XML/],
    ['a & b', /`&` is no entity of XML; a plain & is `&amp;`/],
    ['&nbsp;', /`&nbsp;` is no entity of XML/],
    ['<rect x="&#0;"/>', /is no entity of XML/],
    ['<![CDATA[x]]>', /no declarations, no doctype and no CDATA/],
    ['<?xml-stylesheet href="a"?>', /no declarations, no doctype and no CDATA/],
    ['<!-- never closed', /A comment is never closed/],
    [`${'<g>'.repeat(100)}${'</g>'.repeat(100)}`, /lie more than 64 deep/],
  ];
  for (const [inside, expected] of refused)
    assert.match(problems(inside)[0] ?? '', expected, inside);
  const said = (text: string): string => {
    const report = new Report('x.svg');
    readFigure(text, 'x-', report);
    return report.problems.map(formatProblem).join('\n');
  };
  assert.match(said(`<!DOCTYPE svg>${OPEN}</svg>`), /no doctype/);
  assert.match(said(`${OPEN}</svg><svg/>`), /Something stands after `<\/svg>`/);
  assert.match(said(OPEN), /`<svg>` is never closed/);
  assert.match(said(''), /A figure begins with `<svg …>`/);
  assert.match(said('<html/>'), /A figure is an `<svg>`, not a `<html>`/);
  assert.match(said(`${OPEN}${' '.repeat(41 * 1024)}</svg>`), /at most 40 KiB, and this has 42/);
});
