import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { isExtra } from '../_lab/tabs.ts';
import type { Text } from '../_messages/en.ts';
import { fill } from '../_messages/fill.ts';

/** How a terminal is called: on its tab, as a part of the page, and as a field to type in. */
export type Title = {
  readonly name: string;
  readonly region: string;
  readonly input: string;
  /** Its name has the word for terminal in it. */
  readonly isNumbered: boolean;
};

/** The title of a terminal, with the name that a learner has given it if there is one. */
export function titleOf({ live }: Text, terminal: TerminalName, given: string | undefined): Title {
  if (given === undefined && isExtra(terminal)) {
    const name = fill(live.tabs.numbered, { number: terminal.slice('tty'.length) });
    return { name, region: name, input: fill(live.tabs.input, { name }), isNumbered: true };
  }
  const usual = terminal === 'container' ? live.container : live.machine;
  const name = given ?? usual;
  return {
    name,
    region: fill(live.terminal.region, { name }),
    input: fill(live.terminal.input, { name }),
    isNumbered: false,
  };
}
