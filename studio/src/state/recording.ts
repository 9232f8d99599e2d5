// The class that is being recorded, if one is.
import { signal } from '@preact/signals';

export const recordingClass = signal<string | undefined>(undefined);
