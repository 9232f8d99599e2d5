// What may be laid over picture and spectrogram: one of the model's maps, or nothing.

export const noOverlay = 'none';

const inWords: Readonly<Record<string, string>> = { evidence: 'What sounds', attention: 'Attention', none: 'Nothing' };

export function overlayName(overlay: string): string {
  return inWords[overlay] ?? overlay;
}
