import { Fragment } from 'react';

/** Keys to be pressed together, as they look on a keyboard. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      {keys.map((key, index) => (
        <Fragment key={key}>
          {index > 0 && <span className="text-12 text-ink-3">+</span>}
          <kbd className="rounded-[4px] border border-line border-b-2 bg-raised px-1.5 font-mono text-12 text-ink">
            {key}
          </kbd>
        </Fragment>
      ))}
    </span>
  );
}
