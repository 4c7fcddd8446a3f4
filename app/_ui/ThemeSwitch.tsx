'use client';

import { useText } from '../_messages/text.tsx';
import { SegmentedControl } from './SegmentedControl.tsx';
import { chooseTheme, useTheme } from './theme.ts';

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const { site } = useText();
  return (
    <SegmentedControl
      label={site.theme}
      value={useTheme()}
      onChange={chooseTheme}
      options={[
        { value: 'system', label: site.themeSystem, icon: 'screen', iconOnly: true },
        { value: 'light', label: site.themeLight, icon: 'sun', iconOnly: true },
        { value: 'dark', label: site.themeDark, icon: 'moon', iconOnly: true },
      ]}
    />
  );
}
