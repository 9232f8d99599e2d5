// For tests: where a sound begins.
import type { Waveform } from '../signal/waveform.ts';

/** Within `reach` seconds of `time`, the moment at which the energy rises most, over steps of 1 ms. */
export function onsetNear({ samples, sampleRate }: Waveform, time: number, reach: number): number {
  const step = sampleRate / 1000;
  // Differences weigh up the sharp edges against the ringing of what came before.
  const energyFrom = (start: number, length: number) => {
    let energy = 0;
    for (
      let index = Math.max(1, Math.round(start));
      index < Math.min(samples.length, Math.round(start + length));
      index++
    ) {
      energy += (samples[index]! - samples[index - 1]!) ** 2;
    }
    return energy;
  };
  let best = { rise: -Infinity, time };
  for (let moment = time - reach; moment <= time + reach; moment += 0.001) {
    const at = moment * sampleRate;
    const rise = energyFrom(at, 4 * step) - energyFrom(at - 4 * step, 4 * step);
    if (rise > best.rise) best = { rise, time: moment };
  }
  return best.time;
}
