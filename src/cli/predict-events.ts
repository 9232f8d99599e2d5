// Found events as files for the tools that people use.
import { eventFile, type FoundEvents } from '../files/events/event-file.ts';
import { eventFileForms } from '../files/events/events.ts';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import type { FilePrediction, PredictSettings } from './predict-settings.ts';
import type { Progress } from './progress.ts';

/** @throws DuetError where a form that was asked for has one timeline and there are several files. */
export function refuseTooManyFiles(files: readonly string[], settings: PredictSettings): void {
  const clips = files.map((clip) => ({ clip, events: [] }));
  for (const form of eventFileForms) if (settings[form] !== undefined) eventFile(form, clips);
}

/** Files that could not be read are left out. */
export async function writeEventFiles(
  results: readonly FilePrediction[],
  settings: PredictSettings,
  progress: Progress,
): Promise<void> {
  const clips = results.flatMap((one): FoundEvents[] =>
    'error' in one ? [] : [{ clip: one.path, events: one.events ?? [] }],
  );
  for (const form of eventFileForms) {
    const path = settings[form];
    if (path === undefined) continue;
    await writeFileAtomic(path, eventFile(form, clips));
    progress.note(`Events: ${path}`);
  }
}
