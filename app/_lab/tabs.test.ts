import assert from 'node:assert/strict';
import test from 'node:test';
import {
  groupOf,
  INITIAL_TABS,
  moveTab,
  nameKey,
  nameTab,
  neighbourTab,
  parseTabs,
  selectTab,
  syncTabs,
  tabsText,
} from './tabs.ts';

const MACHINE = '00000000000a';
const LESSONS = ['machine', 'container'] as const;

const opened = syncTabs(INITIAL_TABS, [...LESSONS, 'tty3', 'tty4'], (name) =>
  name === 'tty3' ? 'machine' : 'container',
);

test('a terminal that is opened has a tab in the group that is said, and is not shown unasked', () => {
  assert.deepEqual(opened.machine, { tabs: ['machine', 'tty3'], selected: 'machine' });
  assert.deepEqual(opened.container.tabs, ['container', 'tty4']);
  assert.equal(selectTab(opened, 'tty3').machine.selected, 'tty3');
});

test('the same tabs come back while nothing opens or closes', () => {
  assert.equal(
    syncTabs(opened, [...LESSONS, 'tty3', 'tty4'], () => 'machine'),
    opened,
  );
});

test('when the terminal that is shown is closed, the one before it is shown', () => {
  const shown = selectTab(opened, 'tty3');
  const closed = syncTabs(shown, [...LESSONS, 'tty4'], () => 'machine');
  assert.deepEqual(closed.machine, INITIAL_TABS.machine);
  assert.equal(closed.container, opened.container);
});

test('a terminal moves to the other group and is shown there; the lesson’s stay', () => {
  const moved = moveTab(selectTab(opened, 'tty3'), 'tty3', 'container');
  assert.deepEqual(moved.container, { tabs: ['container', 'tty4', 'tty3'], selected: 'tty3' });
  assert.deepEqual(moved.machine, INITIAL_TABS.machine);
  assert.equal(groupOf(moved, 'tty3'), 'container');
  assert.equal(moveTab(moved, 'machine', 'container'), moved);
});

test('arrow keys go round the tabs of a group', () => {
  assert.equal(neighbourTab(opened, 'machine', 1), 'tty3');
  assert.equal(neighbourTab(opened, 'tty3', 1), 'machine');
  assert.equal(neighbourTab(opened, 'machine', -1), 'tty3');
});

test('a name is kept without what cannot be seen, and for one opening only', () => {
  const names = nameTab({}, nameKey('tty3', 4), ` lo\u0007g\u202e ${'x'.repeat(60)}`);
  assert.deepEqual(Object.keys(names), ['tty3#4']);
  assert.equal(names['tty3#4'], `log ${'x'.repeat(28)}`);
  assert.equal(names[nameKey('tty3', 5)], undefined);
  assert.deepEqual(nameTab(names, 'tty3#4', '  '), {});
});

test('no more names are kept than terminals can be open', () => {
  let names = {};
  for (let serial = 1; serial < 20; serial += 1) names = nameTab(names, `tty3#${serial}`, 'x');
  assert.equal(Object.keys(names).length, 6);
  assert.ok('tty3#19' in names);
});

test('what is remembered of the machine comes back, and of another machine nothing', () => {
  const remembered = { tabs: moveTab(opened, 'tty3', 'container'), names: { 'tty3#1': 'log' } };
  assert.deepEqual(parseTabs(tabsText(MACHINE, remembered), MACHINE), remembered);
  assert.deepEqual(parseTabs(tabsText(MACHINE, remembered), 'another').tabs, INITIAL_TABS);
});

test('tabs that make no sense are the usual ones', () => {
  const twice = { machine: { tabs: ['machine', 'tty3'], selected: 'machine' } };
  const texts = [
    null,
    'no',
    tabsText(MACHINE, { tabs: { ...opened, container: opened.machine }, names: {} }),
    tabsText(MACHINE, {
      tabs: { ...opened, machine: { tabs: ['tty3'], selected: 'tty3' } },
      names: {},
    }),
    tabsText(MACHINE, {
      tabs: { ...opened, machine: { tabs: ['machine'], selected: 'tty3' } },
      names: {},
    }),
    JSON.stringify({ machine: MACHINE, tabs: twice, names: {} }),
  ];
  for (const text of texts) assert.deepEqual(parseTabs(text, MACHINE).tabs, INITIAL_TABS);
});
