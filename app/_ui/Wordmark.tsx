/** The name with its sign: a box, a pane through it, one thing seen from both sides. */
export function Wordmark() {
  return (
    <>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" className="shrink-0">
        <g fill="none" stroke="currentColor" strokeWidth="1.5">
          <rect x="2.25" y="2.25" width="15.5" height="15.5" rx="2" />
          <path d="M10 2.25v4M10 13.75v4" />
        </g>
        <circle cx="10" cy="10" r="2.75" className="fill-accent" />
      </svg>
      <span className="font-serif text-18 font-semibold">Glassbox</span>
    </>
  );
}
