// What people say of a clip. A clip may have several annotations; a system asks for the kind that it learns from.
import type { TimedEvent } from '../files/events/events.ts';

export type Annotation =
  /** What the whole clip shows. */
  | { readonly kind: 'class'; readonly label: string }
  /** What happens when, in seconds on the clip's clock; none if nothing does. A clip may have one for each sense. */
  | { readonly kind: 'events'; readonly events: readonly TimedEvent[]; readonly sense?: Sense | undefined }
  /** Sentences that describe the clip. */
  | { readonly kind: 'captions'; readonly texts: readonly string[] }
  /** Whether picture and sound are as they were recorded, and where they are not: `fakes` in seconds. */
  | {
      readonly kind: 'truth';
      readonly real: boolean;
      readonly method?: string | undefined;
      readonly fakes?: readonly { readonly start: number; readonly end: number }[] | undefined;
    }
  /** One voice is heard, its speaker in view. */
  | { readonly kind: 'speech'; readonly speaker: string };

/** How events show: to the eye, to the ear, or to both at the same time. */
export const senses = ['seen', 'heard', 'both'] as const;
export type Sense = (typeof senses)[number];

export type AnnotationKind = Annotation['kind'];

/** Whatever carries annotations. */
export type Annotated = { readonly annotations: readonly Annotation[] };

/** All annotations of a kind. */
export function annotationsOf<Kind extends AnnotationKind>(
  { annotations }: Annotated,
  kind: Kind,
): Extract<Annotation, { readonly kind: Kind }>[] {
  return annotations.filter((one): one is Extract<Annotation, { readonly kind: Kind }> => one.kind === kind);
}

/** The first annotation of a kind. */
export function annotationOf<Kind extends AnnotationKind>(
  example: Annotated,
  kind: Kind,
): Extract<Annotation, { readonly kind: Kind }> | undefined {
  return annotationsOf(example, kind)[0];
}

const known = new Map<string, readonly Annotation[]>();

/** The annotations of a clip that has a class and nothing else; one array for each class, as data may have millions. */
export function ofClass(label: string): readonly Annotation[] {
  const made = known.get(label) ?? [{ kind: 'class', label }];
  known.set(label, made);
  return made;
}

/**
 * The kind of clip that splits are drawn by: its class, `real` or `fake`; '' for others, which are then all of one kind.
 */
export function labelOf(example: Annotated): string {
  const ofWhole = annotationOf(example, 'class');
  if (ofWhole) return ofWhole.label;
  const truth = annotationOf(example, 'truth');
  return truth ? (truth.real ? 'real' : 'fake') : '';
}

/** The classes that occur in a clip: its own, or those of its events. */
export function labelsOf({ annotations }: Annotated): readonly string[] {
  return annotations.flatMap((one) => {
    if (one.kind === 'class') return [one.label];
    return one.kind === 'events' ? one.events.map(({ label }) => label) : [];
  });
}
