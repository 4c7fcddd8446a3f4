'use client';

import './menu.css';
import {
  createContext,
  type KeyboardEvent,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Icon, type IconName } from './Icon.tsx';
import { itemsOf, nextIndex, shortcutOf, useCloseElsewhere } from './menu-keys.ts';
import { usePlaced } from './placed.ts';

export type MenuPoint = { readonly x: number; readonly y: number };

/** A menu, and where on the page it is open. */
export type MenuControl = {
  readonly id: string;
  readonly at: MenuPoint | null;
  readonly open: (at: MenuPoint) => void;
  readonly close: () => void;
};

/** The state of one menu. */
export function useMenu(): MenuControl {
  const id = useId();
  const [at, setAt] = useState<MenuPoint | null>(null);
  return useMemo(() => ({ id, at, open: setAt, close: () => setAt(null) }), [id, at]);
}

/** Where the menu of an element opens. */
export function below(element: Element): MenuPoint {
  const { left, bottom } = element.getBoundingClientRect();
  return { x: left, y: bottom + 4 };
}

/** Closes the menu; the focus goes back to where it was. */
const Close = createContext<() => void>(() => {});

type MenuProps = {
  readonly id?: string;
  readonly label: string;
  /** Where it is open; `null` while it is not. */
  readonly at: MenuPoint | null;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A menu at a point of the page, as desktop programs have it: arrow keys, Home, End, Escape. */
export function Menu({ at, ...props }: MenuProps) {
  return at && <OpenMenu key={`${at.x},${at.y}`} at={at} {...props} />;
}

function OpenMenu({ id, label, at, onClose, children }: MenuProps & { readonly at: MenuPoint }) {
  const menu = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(null);
  // Not one that closes by itself: with the button that is still down it would close as soon as that goes up.
  useLayoutEffect(() => {
    before.current = document.activeElement;
    menu.current?.showPopover();
  }, []);
  usePlaced(menu, at);
  useEffect(() => (itemsOf(menu.current)[0] ?? menu.current)?.focus(), []);
  useCloseElsewhere(onClose);

  const close = () => {
    onClose();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      return close();
    }
    const items = itemsOf(menu.current);
    const here = items.findIndex((item) => item.matches(':focus'));
    const next = nextIndex(event.key, here, items.length);
    if (next === undefined) return;
    event.preventDefault();
    items[next]?.focus();
  };
  return (
    <div
      ref={menu}
      id={id}
      role="menu"
      aria-label={label}
      tabIndex={-1}
      popover="manual"
      className="menu"
      onKeyDown={press}
      onContextMenu={(event) => event.preventDefault()}
    >
      <Close value={close}>{children}</Close>
    </div>
  );
}

/** Items that belong together, with a line before them, and a word if given. */
export function MenuGroup({ label, children }: { label?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of a menu is no fieldset
    <div role="group" aria-label={label} className="menu-group">
      {label !== undefined && (
        <p aria-hidden="true" className="menu-label">
          {label}
        </p>
      )}
      {children}
    </div>
  );
}

type MenuItemProps = {
  readonly children: ReactNode;
  readonly icon?: IconName;
  /** A second line that says more. */
  readonly note?: string | undefined;
  /** The key that does the same, as it is written on keyboards. */
  readonly keys?: string;
  readonly disabled?: boolean;
  /** Given for one of a choice. */
  readonly checked?: boolean;
  /** The menu stays open: for what is done more than once. */
  readonly stays?: boolean;
  readonly onChoose: () => void;
};

/** One thing to do, or one of a choice. */
export function MenuItem(props: MenuItemProps) {
  const { children, icon, note, keys, disabled, checked, stays, onChoose } = props;
  const close = useContext(Close);
  const choose = () => {
    if (disabled) return;
    // Closed first: the focus goes back, and what is done may take it from there.
    if (!stays) close();
    onChoose();
  };
  const role =
    checked === undefined
      ? { role: 'menuitem' }
      : { role: 'menuitemradio', 'aria-checked': checked };
  const mark = checked ? 'check' : icon;
  return (
    <button
      type="button"
      {...role}
      tabIndex={-1}
      aria-disabled={disabled ?? false}
      aria-keyshortcuts={keys && shortcutOf(keys)}
      className="menu-item"
      onClick={choose}
      onPointerEnter={(event) => event.currentTarget.focus()}
    >
      <span className="menu-mark">{mark && <Icon name={mark} />}</span>
      <span className="menu-text">
        <span>{children}</span>
        {note !== undefined && <span className="menu-note">{note}</span>}
      </span>
      {keys !== undefined && (
        <span aria-hidden="true" className="menu-keys">
          {keys}
        </span>
      )}
    </button>
  );
}

type MenuButtonProps = {
  readonly menu: MenuControl;
  readonly icon: IconName;
  readonly label: string;
  /** Why it can't be used now. */
  readonly why?: string | undefined;
  readonly onOpen?: () => void;
};

/** The button that opens a menu below it, and closes it; its name is heard and shown on hover. */
export function MenuButton({ menu, icon, label, why, onOpen }: MenuButtonProps) {
  const isOpen = menu.at !== null;
  const open = (button: Element) => {
    if (why !== undefined) return;
    onOpen?.();
    menu.open(below(button));
  };
  return (
    <button
      type="button"
      aria-label={label}
      title={why ?? label}
      aria-description={why}
      aria-disabled={why !== undefined}
      aria-haspopup="menu"
      aria-expanded={isOpen}
      aria-controls={isOpen ? menu.id : undefined}
      className="menu-button"
      onClick={(event) => (isOpen ? menu.close() : open(event.currentTarget))}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown') return;
        event.preventDefault();
        open(event.currentTarget);
      }}
    >
      <Icon name={icon} />
    </button>
  );
}
