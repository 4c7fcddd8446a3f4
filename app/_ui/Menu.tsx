'use client';

import './menu.css';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { Icon, type IconName } from './Icon.tsx';

/** A menu, and how it is opened beside what it belongs to. */
export type MenuControl = {
  readonly id: string;
  readonly element: RefObject<HTMLDivElement | null>;
  readonly isOpen: boolean;
  readonly openAt: (anchor: Element) => void;
  /** Puts it in its place again: its size has changed. */
  readonly place: () => void;
  readonly close: () => void;
  readonly toggled: (open: boolean) => void;
};

/** The state of one menu. */
export function useMenu(): MenuControl {
  const id = useId();
  const element = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<Element>(null);
  const place = useCallback(() => {
    if (element.current && anchor.current) placeBelow(element.current, anchor.current);
  }, []);
  const openAt = useCallback(
    (beside: Element) => {
      const menu = element.current;
      if (!menu || menu.matches(':popover-open')) return;
      anchor.current = beside;
      menu.showPopover();
      place();
      (itemsOf(menu)[0] ?? menu).focus();
    },
    [place],
  );
  const close = useCallback(() => element.current?.hidePopover(), []);
  return { id, element, isOpen, openAt, place, close, toggled: setOpen };
}

/** Below its anchor, and within the window. */
function placeBelow(menu: HTMLElement, anchor: Element): void {
  const box = anchor.getBoundingClientRect();
  const left = Math.min(box.left, window.innerWidth - menu.offsetWidth - 8);
  const top = Math.min(box.bottom + 4, window.innerHeight - menu.offsetHeight - 8);
  menu.style.left = `${Math.max(left, 8)}px`;
  menu.style.top = `${Math.max(top, 8)}px`;
}

const ITEM = '[role^="menuitem"]:not([aria-disabled="true"])';

/** Those that are drawn: a narrow page leaves some out. */
function itemsOf(menu: HTMLElement): HTMLElement[] {
  const items = [...menu.querySelectorAll<HTMLElement>(ITEM)];
  return items.filter((item) => item.getClientRects().length > 0);
}

type MenuProps = {
  readonly menu: MenuControl;
  readonly label: string;
  readonly children: ReactNode;
};

/** A menu in a popover of the browser's own: Escape and a click elsewhere close it, arrow keys go through it. */
export function Menu({ menu, label, children }: MenuProps) {
  const { element, isOpen, place } = menu;
  useEffect(() => {
    if (!isOpen || !element.current) return;
    const observer = new ResizeObserver(place);
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isOpen, element, place]);
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const items = itemsOf(event.currentTarget);
    const at = items.findIndex((item) => item.matches(':focus'));
    const target = {
      ArrowDown: items[(at + 1) % items.length],
      ArrowUp: items[(at - 1 + items.length) % items.length],
      Home: items[0],
      End: items.at(-1),
    }[event.key];
    if (event.key === 'Tab') menu.close();
    if (!target) return;
    event.preventDefault();
    target.focus();
  };
  return (
    <div
      ref={menu.element}
      id={menu.id}
      popover="auto"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      className="menu"
      onKeyDown={press}
      onToggle={(event) => menu.toggled(event.newState === 'open')}
    >
      {children}
    </div>
  );
}

type MenuItemProps = {
  readonly menu: MenuControl;
  readonly children: ReactNode;
  /** A second line that says more. */
  readonly note?: string | undefined;
  readonly disabled?: boolean;
  readonly onChoose: () => void;
  /** Given for one of a choice. */
  readonly checked?: boolean;
};

/** One thing to do, or one of a choice. */
export function MenuItem({ menu, children, note, disabled, onChoose, checked }: MenuItemProps) {
  const choose = () => {
    if (disabled) return;
    // Closed first: the focus goes back, and what is done may take it from there.
    menu.close();
    onChoose();
  };
  const role =
    checked === undefined
      ? { role: 'menuitem' }
      : { role: 'menuitemradio', 'aria-checked': checked };
  return (
    <button
      type="button"
      {...role}
      aria-disabled={disabled ?? false}
      tabIndex={-1}
      className="menu-item"
      onClick={choose}
    >
      {checked !== undefined && <Icon name="check" className={checked ? '' : 'invisible'} />}
      <span className="menu-text">
        <span>{children}</span>
        {note !== undefined && <span className="menu-note">{note}</span>}
      </span>
    </button>
  );
}

/** A line between groups of items, with a word above those below it if given. */
export function MenuSection({ label }: { label?: string }) {
  return (
    <>
      <hr className="menu-line" />
      {label !== undefined && <p className="menu-label">{label}</p>}
    </>
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

/** The button that opens a menu; its name is heard and shown on hover. */
export function MenuButton({ menu, icon, label, why, onOpen }: MenuButtonProps) {
  const open = (anchor: Element) => {
    if (why !== undefined) return;
    onOpen?.();
    menu.openAt(anchor);
  };
  return (
    <button
      type="button"
      aria-label={label}
      title={why ?? label}
      aria-description={why}
      aria-disabled={why !== undefined}
      aria-haspopup="menu"
      aria-expanded={menu.isOpen}
      aria-controls={menu.id}
      className="menu-button"
      onClick={(event) => open(event.currentTarget)}
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
