'use client';

import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { type Arrangement, toggleOnly } from '../_lab/arrangement.ts';
import { type GroupName, isExtra } from '../_lab/tabs.ts';
import { useText } from '../_messages/text.tsx';
import { Menu, MenuButton, type MenuControl, MenuGroup, MenuItem } from '../_ui/Menu.tsx';

type GroupMenuProps = {
  readonly menu: MenuControl;
  readonly group: GroupName;
  readonly selected: TerminalName;
  readonly arrangement: Arrangement;
  readonly onArrange: (next: (before: Arrangement) => Arrangement) => void;
  readonly onRename: () => void;
  readonly onMove: () => void;
  readonly onClose: () => void;
};

/** What can be done with the terminal that is shown, and how the two groups stand. */
export function GroupMenu(props: GroupMenuProps) {
  const { menu, group, selected, arrangement, onArrange } = props;
  const { tabs } = useText().live;
  const isAlone = arrangement.only !== null;
  const split = (kind: Arrangement['split']) => (
    <MenuItem
      checked={!isAlone && arrangement.split === kind}
      onChoose={() => onArrange(() => ({ split: kind, only: null }))}
    >
      {tabs[kind]}
    </MenuItem>
  );
  return (
    <>
      <MenuButton menu={menu} icon="chevron-down" label={tabs.menu} />
      <Menu id={menu.id} label={tabs.menu} at={menu.at} onClose={menu.close}>
        <MenuGroup>
          <MenuItem onChoose={props.onRename}>{tabs.rename}</MenuItem>
          {isExtra(selected) && (
            <>
              <MenuItem onChoose={props.onMove}>{tabs.move}</MenuItem>
              <MenuItem onChoose={props.onClose}>{tabs.close}</MenuItem>
            </>
          )}
        </MenuGroup>
        <div className="wide-only">
          <MenuGroup label={tabs.arrange}>
            {split('beside')}
            {split('stacked')}
            <MenuItem
              checked={isAlone}
              onChoose={() => onArrange((before) => toggleOnly(before, group))}
            >
              {tabs.alone}
            </MenuItem>
          </MenuGroup>
        </div>
      </Menu>
    </>
  );
}
