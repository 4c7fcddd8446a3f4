'use client';

import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { download } from '../_ui/download.ts';
import { localProgress } from './local.ts';
import type { Outcome } from './ProgressSection.tsx';
import { asRecord } from './record.ts';
import { syncProgress } from './sync.ts';

/** Saves the record as a file, with what only the server knew until now. */
export function ExportButton({ onOutcome }: { onOutcome: (outcome: Outcome) => void }) {
  const { progress } = useText();
  const save = async () => {
    const { reached } = await syncProgress();
    const name = `glassbox-progress-${new Date().toISOString().slice(0, 10)}.json`;
    const record = JSON.stringify(asRecord(localProgress(), Date.now()), null, 2);
    download(name, 'application/json', record);
    const sentence = reached ? progress.exported : progress.exportedAlone;
    onOutcome({ ok: true, sentence: fill(sentence, { name }) });
  };
  return (
    <Button icon="download" onClick={save}>
      {progress.export}
    </Button>
  );
}
