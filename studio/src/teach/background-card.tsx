// The class that nobody has to teach: pictures with the sound of another class.
import { classes, examplesByClass } from '../state/project.ts';
import type { StoredExample } from '../storage/database.ts';
import { useBlobUrl } from '../ui/controls.tsx';

const shown = 4;

export function BackgroundCard() {
  const filled = classes.value.map(({ id }) => examplesByClass.value.get(id) ?? []).filter((mine) => mine.length > 0);
  if (filled.length < 2) return null;
  const pairs = Array.from({ length: shown }, (_, index) => {
    const pictures = filled[index % filled.length]!;
    const sounds = filled[(index + 1) % filled.length]!;
    return { picture: pictures[index % pictures.length]!, sound: sounds[index % sounds.length]! };
  });
  return (
    <section class="class-card background" aria-label="Background">
      <header>
        <h3>Background</h3>
        <span class="count">collects itself</span>
      </header>
      <p class="quiet">
        Pictures with the sound of another class teach Duet to notice when the two do not belong together. There is
        nothing to do here.
      </p>
      <ul class="examples" aria-hidden="true">
        {pairs.map(({ picture, sound }, index) => (
          <MismatchedPair key={`${picture.id}${sound.id}${index}`} picture={picture} sound={sound} />
        ))}
      </ul>
    </section>
  );
}

function MismatchedPair({ picture, sound }: { readonly picture: StoredExample; readonly sound: StoredExample }) {
  const seen = useBlobUrl(picture.thumbnail);
  const heard = useBlobUrl(sound.spectrogram);
  return (
    <li class="example">
      <span class="face">
        <img class="frame" src={seen} alt="" />
        <img class="sound" src={heard} alt="" />
      </span>
    </li>
  );
}
