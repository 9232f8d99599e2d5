// What `duet inspect` finds behind a name.
import { DuetError } from '../errors.ts';
import type { InspectSettings } from './inspect.ts';

export type Inspection = { readonly kind: 'media' };

export async function inspect(_what: string, _settings: InspectSettings): Promise<Inspection> {
  throw new DuetError('Inspecting is not available yet.');
}

export function inspectionText(_inspection: Inspection): string {
  return '';
}
