import type { ComponentProps } from 'react';
import { Icon, type IconName } from './Icon.tsx';

const KINDS = {
  /** The one thing to do here. */
  primary: 'bg-accent text-surface hover:bg-ink border border-transparent',
  plain: 'bg-raised text-ink border border-line hover:border-ink-3',
  quiet: 'text-ink-2 hover:text-ink hover:bg-sunken border border-transparent',
} as const;

const SIZES = {
  small: 'h-7 px-2 text-12 gap-1.5',
  normal: 'h-9 px-3 text-13 gap-2',
} as const;

type Look = {
  kind?: keyof typeof KINDS;
  size?: keyof typeof SIZES;
};

/** Classes of a button, for links that look like one. */
export function buttonClass({ kind = 'plain', size = 'normal' }: Look = {}): string {
  return `inline-flex items-center justify-center rounded-6 font-sans font-semibold whitespace-nowrap transition-colors duration-100 disabled:opacity-55 ${KINDS[kind]} ${SIZES[size]}`;
}

type ButtonProps = Omit<ComponentProps<'button'>, 'type'> &
  Look & {
    icon?: IconName;
    /** Sends the form that it stands in. */
    submits?: boolean;
  };

/** A button with words, and an icon before them if given. */
export function Button(props: ButtonProps) {
  const { kind, size, icon, submits, className = '', children, ...rest } = props;
  return (
    <button
      type={submits ? 'submit' : 'button'}
      className={`${buttonClass({ ...(kind && { kind }), ...(size && { size }) })} ${className}`}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'type' | 'aria-label' | 'title'> & {
  icon: IconName;
  /** Said by screen readers and shown on hover. */
  label: string;
};

/** A button that is only an icon; its name is heard and shown on hover. */
export function IconButton({ icon, label, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-7 items-center justify-center rounded-6 text-ink-2 transition-colors duration-100 hover:bg-sunken hover:text-ink disabled:opacity-55 ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
