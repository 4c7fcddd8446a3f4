'use client';

import { useId } from 'react';
import { Icon, type IconName } from './Icon.tsx';

type Option<Value extends string> = {
  value: Value;
  label: string;
  icon?: IconName;
  /** Only the icon is drawn; the label is heard and shown on hover. */
  iconOnly?: boolean;
};

type SegmentedControlProps<Value extends string> = {
  /** What is chosen here, for screen readers. */
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly Option<Value>[];
  className?: string;
};

/** One of a few. Native radio buttons, so that arrow keys and screen readers know what to do. */
export function SegmentedControl<Value extends string>({
  label,
  value,
  onChange,
  options,
  className = '',
}: SegmentedControlProps<Value>) {
  const name = useId();
  return (
    <fieldset className={`inline-flex rounded-6 border border-line bg-sunken p-px ${className}`}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          title={option.iconOnly ? option.label : undefined}
          className="relative inline-flex h-7 min-w-7 flex-1 items-center justify-center gap-1.5 rounded-[5px] px-1.5 text-13 whitespace-nowrap text-ink-3 transition-colors duration-100 hover:text-ink has-checked:bg-raised has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="absolute inset-0 appearance-none opacity-0"
          />
          {option.icon && <Icon name={option.icon} />}
          <span className={option.iconOnly ? 'sr-only' : ''}>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
