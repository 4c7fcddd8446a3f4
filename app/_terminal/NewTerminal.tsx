'use client';

import { TERMINALS } from '../../server/protocol/identifiers.ts';
import type { ContainerPlace } from '../../server/protocol/terminals.ts';
import { isLive } from '../_lab/lab-state.ts';
import type { LabSession } from '../_lab/session.ts';
import { namesOf } from '../_lab/terminals-state.ts';
import { useLab } from '../_lab/use-lab.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Menu, MenuButton, MenuGroup, MenuItem, useMenu } from '../_ui/Menu.tsx';

type NewTerminalProps = {
  readonly session: LabSession;
  readonly onOpen: (inside: ContainerPlace | null) => void;
};

/** One more terminal: on the machine, or in a container that the kernel shows. */
export function NewTerminal({ session, onOpen }: NewTerminalProps) {
  const { tabs } = useText().live;
  const menu = useMenu();
  const isFull = useLab(session.store, (lab) => namesOf(lab.terminals).length >= TERMINALS.length);
  const live = useLab(session.store, isLive);
  const containers = useLab(session.store, (lab) => lab.containers);
  const why = isFull
    ? fill(tabs.full, { count: TERMINALS.length })
    : live
      ? undefined
      : tabs.notNow;
  return (
    <>
      <MenuButton
        menu={menu}
        icon="plus"
        label={tabs.new}
        why={why}
        onOpen={session.listContainers}
      />
      <Menu id={menu.id} label={tabs.new} at={menu.at} onClose={menu.close}>
        <MenuGroup>
          <MenuItem onChoose={() => onOpen(null)}>{tabs.onMachine}</MenuItem>
        </MenuGroup>
        <MenuGroup label={tabs.inContainer}>
          {containers?.map((place) => (
            <MenuItem key={place.pid} note={noteOf(place, tabs)} onChoose={() => onOpen(place)}>
              {nameOf(place)}
            </MenuItem>
          ))}
          {containers === null && <p className="menu-label">{tabs.looking}</p>}
          {containers?.length === 0 && <p className="menu-label">{tabs.noContainers}</p>}
        </MenuGroup>
      </Menu>
    </>
  );
}

/** A container made by hand may have the machine's hostname: then its command tells it apart. */
function nameOf({ hostname, command }: ContainerPlace): string {
  return hostname === null || hostname === '' ? command : hostname;
}

function noteOf(place: ContainerPlace, tabs: { pidNote: string; boxNote: string }): string {
  const { command, pid, box } = place;
  return box === null
    ? fill(tabs.pidNote, { command, pid })
    : fill(tabs.boxNote, { command, pid, box });
}
