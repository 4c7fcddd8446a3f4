import * as z from 'zod';
import {
  LESSON_TERMINALS,
  type LessonTerminal,
  lessonTerminal,
  type TerminalName,
  terminalName,
} from '../../server/protocol/identifiers.ts';

/** Terminals stand in two groups, each named after the lesson's terminal that is always its first tab. */
export const GROUPS = LESSON_TERMINALS;
export type GroupName = LessonTerminal;

export type Group = {
  readonly tabs: readonly TerminalName[];
  readonly selected: TerminalName;
};

/** Which terminal stands in which group, and which of each is shown. */
export type Tabs = Readonly<Record<GroupName, Group>>;

export const INITIAL_TABS: Tabs = {
  machine: { tabs: ['machine'], selected: 'machine' },
  container: { tabs: ['container'], selected: 'container' },
};

export const otherGroup = (group: GroupName): GroupName =>
  group === 'machine' ? 'container' : 'machine';

/** The group that a terminal stands in. */
export function groupOf(tabs: Tabs, name: TerminalName): GroupName {
  return tabs.container.tabs.includes(name) ? 'container' : 'machine';
}

/** True for a terminal that can be closed and moved. */
export function isExtra(name: TerminalName): boolean {
  return !lessonTerminal.safeParse(name).success;
}

/**
 * With a tab for each terminal that is there, and for no other. A new one goes into the group that
 * `groupFor` says. The same tabs come back when nothing changes.
 */
export function syncTabs(
  tabs: Tabs,
  open: readonly TerminalName[],
  groupFor: (name: TerminalName) => GroupName,
): Tabs {
  const known = GROUPS.flatMap((group) => tabs[group].tabs);
  const gone = known.filter((name) => !open.includes(name) && isExtra(name));
  const added = open.filter((name) => !known.includes(name));
  if (gone.length === 0 && added.length === 0) return tabs;
  const less = gone.reduce(without, tabs);
  return added.reduce((all, name) => withAdded(all, name, groupFor(name)), less);
}

/** With this one shown in its group. */
export function selectTab(tabs: Tabs, name: TerminalName): Tabs {
  const group = groupOf(tabs, name);
  return tabs[group].selected === name ? tabs : replace(tabs, group, { selected: name });
}

/** With this one at the end of a group, and shown there. The lesson's two stay where they are. */
export function moveTab(tabs: Tabs, name: TerminalName, to: GroupName): Tabs {
  if (!isExtra(name) || groupOf(tabs, name) === to) return tabs;
  return selectTab(withAdded(without(tabs, name), name, to), name);
}

/** The tab after (or before) one in its group, round and round. */
export function neighbourTab(tabs: Tabs, name: TerminalName, step: number): TerminalName {
  const all = tabs[groupOf(tabs, name)].tabs;
  return all[(all.indexOf(name) + step + all.length) % all.length] ?? name;
}

/** Whose place is taken by the one before it, if it was shown. */
function without(tabs: Tabs, name: TerminalName): Tabs {
  const group = groupOf(tabs, name);
  const before = tabs[group];
  const selected = before.selected === name ? neighbourTab(tabs, name, -1) : before.selected;
  return replace(tabs, group, { tabs: before.tabs.filter((tab) => tab !== name), selected });
}

function withAdded(tabs: Tabs, name: TerminalName, group: GroupName): Tabs {
  return replace(tabs, group, { tabs: [...tabs[group].tabs, name] });
}

function replace(tabs: Tabs, group: GroupName, change: Partial<Group>): Tabs {
  return { ...tabs, [group]: { ...tabs[group], ...change } };
}

/** The longest name that a learner can give a terminal. */
export const TAB_NAME_MAX = 32;

/** Names that a learner has given, by terminal and opening: one that is opened anew has none. */
export type TabNames = Readonly<Record<string, string>>;

/** No more are remembered: all that can be open. */
const NAMES_MAX = 6;

/** Under which the name of a terminal is kept. The lesson's two are always the same. */
export function nameKey(name: TerminalName, serial: number): string {
  return isExtra(name) ? `${name}#${serial}` : name;
}

/** With a name; an empty one is the usual one again. */
export function nameTab(names: TabNames, key: string, name: string): TabNames {
  const { [key]: _, ...others } = names;
  const kept = name
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, TAB_NAME_MAX);
  const entries = Object.entries(others).slice(1 - NAMES_MAX);
  return Object.fromEntries(kept === '' ? entries : [...entries, [key, kept]]);
}

const storedGroup = z.object({ tabs: z.array(terminalName).max(6), selected: terminalName });
const stored = z.object({
  machine: z.string(),
  tabs: z.object({ machine: storedGroup, container: storedGroup }),
  names: z.record(z.string().max(16), z.string().min(1).max(TAB_NAME_MAX)),
});

export type RememberedTabs = { readonly tabs: Tabs; readonly names: TabNames };

const NOTHING: RememberedTabs = { tabs: INITIAL_TABS, names: {} };

/** What is remembered of this machine; of another one, or what makes no sense, is nothing. */
export function parseTabs(text: string | null, machine: string): RememberedTabs {
  const parsed = stored.safeParse(parseJson(text ?? ''));
  if (!parsed.success || parsed.data.machine !== machine) return NOTHING;
  const { tabs, names } = parsed.data;
  const all = GROUPS.flatMap((group) => tabs[group].tabs);
  const isSound =
    new Set(all).size === all.length &&
    Object.keys(names).length <= NAMES_MAX &&
    GROUPS.every(
      (group) => tabs[group].tabs[0] === group && tabs[group].tabs.includes(tabs[group].selected),
    );
  return isSound ? { tabs, names } : NOTHING;
}

export function tabsText(machine: string, { tabs, names }: RememberedTabs): string {
  return JSON.stringify({ machine, tabs, names });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
