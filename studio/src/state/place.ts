// Which part of the page is shown: the address says it, so that back and reload work.
import { signal } from '@preact/signals';

export const places = ['teach', 'train', 'watch', 'inside', 'home'] as const;
export type Place = (typeof places)[number];

function current(): Place {
  const asked = location.hash.slice(1) as Place;
  return places.includes(asked) ? asked : 'teach';
}

export const place = signal<Place>(current());
addEventListener('hashchange', () => {
  place.value = current();
});

export function goTo(where: Place): void {
  location.hash = where;
}
