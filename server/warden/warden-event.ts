import type { GoneReason } from '../protocol/sandbox-state.ts';

/** What the operator may want to know. Nothing of what learners type or see, and no secret. */
export type WardenEvent =
  | { readonly type: 'leftovers-removed'; readonly ids: readonly string[] }
  | {
      readonly type: 'made';
      readonly id: string;
      readonly owner: string | undefined;
      readonly tookMs: number;
    }
  | { readonly type: 'handed-over'; readonly id: string; readonly owner: string | undefined }
  | { readonly type: 'make-failed'; readonly owner: string | undefined; readonly error: unknown }
  | { readonly type: 'line-begun' }
  | { readonly type: 'turn'; readonly owner: string; readonly waiting: number }
  | { readonly type: 'gone'; readonly id: string; readonly reason: GoneReason }
  | { readonly type: 'exhausted'; readonly id: string; readonly why: string }
  | { readonly type: 'removed'; readonly id: string; readonly tookMs: number }
  | { readonly type: 'remove-failed'; readonly id: string; readonly error: unknown }
  | { readonly type: 'inspect-failed'; readonly id: string; readonly error: unknown }
  | { readonly type: 'web-started'; readonly pid: number }
  | { readonly type: 'web-ready'; readonly address: string; readonly port: number }
  | { readonly type: 'web-said'; readonly line: string }
  | { readonly type: 'web-died'; readonly how: string }
  | { readonly type: 'web-failed'; readonly sentence: string }
  | { readonly type: 'link-ended'; readonly reason: string }
  | { readonly type: 'violation'; readonly violation: string }
  | { readonly type: 'request-failed'; readonly request: string; readonly error: unknown };

/** One line for the log. */
export function describeEvent(event: WardenEvent): string {
  switch (event.type) {
    case 'leftovers-removed':
      return `removed what an earlier run had left: ${event.ids.join(' ')}`;
    case 'made':
      return `sandbox ${event.id} made ${whoFor(event.owner)} in ${milliseconds(event.tookMs)}`;
    case 'handed-over':
      return `sandbox ${event.id}, made ahead, is ${whoFor(event.owner)}`;
    case 'make-failed':
      return `no sandbox could be made ${whoFor(event.owner)}: ${problem(event.error)}`;
    case 'line-begun':
      return 'the lab is full: who comes now waits in a line';
    case 'turn':
      return `it is the turn of ${event.owner.slice(0, 8)}; ${event.waiting} wait`;
    case 'gone':
      return `sandbox ${event.id} is being removed: ${event.reason}`;
    case 'exhausted':
      return `sandbox ${event.id} has taken what belongs to all: ${event.why}`;
    case 'removed':
      return `sandbox ${event.id} removed in ${milliseconds(event.tookMs)}`;
    case 'remove-failed':
      return `sandbox ${event.id} could not be removed: ${problem(event.error)}`;
    case 'inspect-failed':
      return `sandbox ${event.id} could not be looked at: ${problem(event.error)}`;
    case 'web-started':
      return `web started as process ${event.pid}`;
    case 'web-ready':
      return `web listens on ${event.address} port ${event.port}`;
    case 'web-said':
      return `web says: ${event.line}`;
    case 'web-died':
      return `web died: ${event.how}`;
    case 'web-failed':
      return `web will not be started again: ${event.sentence}`;
    case 'link-ended':
      return `the link to web ended: ${event.reason}`;
    case 'violation':
      return `web said what the table does not allow: ${event.violation}`;
    case 'request-failed':
      return `the request ${event.request} failed: ${problem(event.error)}`;
  }
}

/** Enough of an owner to tell learners apart in a log, too little to ask for their sandbox. */
const whoFor = (owner: string | undefined) =>
  owner === undefined ? 'ahead' : `for ${owner.slice(0, 8)}`;

const milliseconds = (tookMs: number) => `${tookMs.toFixed(2)} ms`;

const problem = (error: unknown) => (error instanceof Error ? error.message : String(error));
