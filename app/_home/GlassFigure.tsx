import type { Language } from '../../server/protocol/identifiers.ts';
import { TEXT } from '../_messages/table.ts';
import { Icon } from '../_ui/Icon.tsx';
import { HUE_CLASSES } from '../_ui/namespace-colour.ts';
import { FIGURE_ROWS } from './figure-rows.ts';
import { GlassDrawing, NARROW, WIDE } from './GlassDrawing.tsx';

/** Figure 1: the idea of Glassbox, drawn for the width there is, with the same in words and as a table. */
export function GlassFigure({ language }: { language: Language }) {
  const text = TEXT[language];
  const { home } = text;
  return (
    <figure className="border-y border-line py-8">
      <GlassDrawing geometry={WIDE} text={text} className="hidden wide:block" />
      <GlassDrawing geometry={NARROW} text={text} className="max-w-[440px] wide:hidden" />
      <figcaption className="mx-auto mt-6 max-w-[640px] text-14 text-ink-2">
        <p className="font-semibold text-ink">
          {home.figure} · {home.figureTitle}
        </p>
        <p className="text-pretty">{home.figureCaption}</p>
        <details className="group mt-2">
          <summary className="inline-flex items-center gap-1.5 rounded-6 text-13 text-accent">
            <Icon name="chevron-right" className="group-open:rotate-90" />
            {home.figureTable}
          </summary>
          <FigureTable language={language} />
        </details>
      </figcaption>
    </figure>
  );
}

function FigureTable({ language }: { language: Language }) {
  const { home, namespace } = TEXT[language];
  const heads = [
    home.figureQuestion,
    home.figureMachine,
    home.figureContainer,
    home.figureNamespace,
  ];
  return (
    <div className="mt-2 overflow-x-auto">
      <table className="w-full text-13">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" className="border-b border-line py-1.5 pr-4 text-left">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FIGURE_ROWS.map((row) => (
            <tr key={row.question} className="border-b border-line">
              <th scope="row" className="py-1.5 pr-4 text-left font-normal">
                {home.figureQuestions[row.question]}
              </th>
              <td className="pr-4 font-mono text-ink">{row.machine}</td>
              <td className="pr-4 font-mono text-ink">{row.container}</td>
              <td className={row.namespace === null ? '' : HUE_CLASSES[row.namespace]}>
                {row.namespace === null ? home.figureNone : namespace[row.namespace]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
