'use client';

import './menu.css';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import { usePlaced } from './placed.ts';

export type MenuItem = {
  readonly label: string;
  readonly icon?: IconName;
  /** The key that does the same, as it is written on keyboards. */
  readonly keys?: string;
  readonly disabled?: boolean;
  /** The menu stays open: for what is done more than once. */
  readonly stays?: boolean;
  readonly run: () => void;
};

type MenuProps = {
  readonly label: string;
  readonly at: { readonly x: number; readonly y: number };
  /** Groups, with a line between. */
  readonly groups: readonly (readonly MenuItem[])[];
  /** It is to close. Nothing chosen by key gives the focus back to where it was. */
  readonly onClose: () => void;
};

/** A menu at a point of the page, as desktop programs have it: arrow keys, Home, End, Escape. */
export function Menu({ label, at, groups, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    before.current = document.activeElement;
    menu.current?.showPopover();
  }, []);
  usePlaced(menu, at);
  useEffect(() => itemsOf(menu.current)[0]?.focus(), []);
  useCloseElsewhere(onClose);

  const closeByKey = () => {
    onClose();
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      return closeByKey();
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
      role="menu"
      aria-label={label}
      tabIndex={-1}
      popover="manual"
      className="menu"
      onKeyDown={press}
      onContextMenu={(event) => event.preventDefault()}
    >
      {groups.map((items) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of a menu is no fieldset
        <div key={items[0]?.label} role="group" className="menu-group">
          {items.map((item) => (
            <Item key={item.label} item={item} onClose={onClose} />
          ))}
        </div>
      ))}
    </div>
  );
}

function Item({ item, onClose }: { item: MenuItem; onClose: () => void }) {
  const choose = () => {
    if (item.disabled) return;
    if (!item.stays) onClose();
    item.run();
  };
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      aria-disabled={item.disabled ?? false}
      aria-keyshortcuts={item.keys && shortcutOf(item.keys)}
      className="menu-item"
      onClick={choose}
      onPointerEnter={(event) => event.currentTarget.focus()}
    >
      {item.icon ? <Icon name={item.icon} /> : <span />}
      <span>{item.label}</span>
      {item.keys !== undefined && (
        <span aria-hidden="true" className="menu-keys">
          {item.keys}
        </span>
      )}
    </button>
  );
}

/** The keys as assistive technology wants them written. */
function shortcutOf(keys: string): string {
  return keys.replace('Ctrl', 'Control').replace('⌘', 'Meta+').replace('++', '+Plus');
}

function itemsOf(menu: HTMLElement | null): readonly HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
}

function nextIndex(key: string, here: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return (here + 1) % length;
    case 'ArrowUp':
      return (Math.max(here, 0) - 1 + length) % length;
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}

/** A press anywhere else closes it, and so does a window that changes or is left. */
function useCloseElsewhere(onClose: () => void): void {
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const pressed = ({ target }: Event) => {
      // Its own button closes it by itself.
      const own = '[role="menu"], [aria-haspopup="menu"][aria-expanded="true"]';
      if (!(target instanceof Element && target.closest(own))) close.current();
    };
    const left = () => close.current();
    document.addEventListener('pointerdown', pressed, { capture: true, signal });
    window.addEventListener('blur', left, { signal });
    window.addEventListener('resize', left, { signal });
    return () => stop.abort();
  }, []);
}
