// What may be laid over picture and spectrogram.
import { mapNames } from '../../../src/systems/ma-avt/shown.ts';

export const overlays = [...mapNames, 'none'] as const;
export type Overlay = (typeof overlays)[number];
