// Colour maps whose lightness rises evenly, so that equal steps in value look equally large and survive a grey print.
// Each is a path through OKLCH (Ottosson, "A perceptual color space for image processing", 2020), chroma reduced where
// sRGB ends.

export type Colour = readonly [red: number, green: number, blue: number];

/** `ember` runs from near black over purple and orange to pale yellow; `lagoon` from indigo over teal to yellow. */
export type ColourMapName = 'ember' | 'lagoon';

type Stop = { readonly at: number; readonly hue: number; readonly chroma: number };
type Path = { readonly lightness: readonly [number, number]; readonly stops: readonly Stop[] };

// Hues in degrees; they may pass 360 so that the path keeps one direction.
const paths: Readonly<Record<ColourMapName, Path>> = {
  ember: {
    lightness: [0.14, 0.97],
    stops: [
      { at: 0, hue: 285, chroma: 0.03 },
      { at: 0.25, hue: 305, chroma: 0.15 },
      { at: 0.5, hue: 360, chroma: 0.19 },
      { at: 0.75, hue: 410, chroma: 0.16 },
      { at: 1, hue: 465, chroma: 0.09 },
    ],
  },
  lagoon: {
    lightness: [0.27, 0.92],
    stops: [
      { at: 0, hue: 305, chroma: 0.13 },
      { at: 0.3, hue: 255, chroma: 0.11 },
      { at: 0.6, hue: 180, chroma: 0.12 },
      { at: 0.85, hue: 130, chroma: 0.17 },
      { at: 1, hue: 105, chroma: 0.19 },
    ],
  },
};

const steps = 256;
const tables = new Map<ColourMapName, Uint8Array>();

/** The map as 256 x 3 bytes, red first, from value 0 to value 1. */
export function colourTable(name: ColourMapName): Uint8Array {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const table = new Uint8Array(steps * 3);
  for (let step = 0; step < steps; step++) table.set(pathColour(paths[name], step / (steps - 1)), step * 3);
  tables.set(name, table);
  return table;
}

/** The colour of a value in 0 ... 1; values outside, or not a number, take the nearer end or 0. */
export function colourOf(name: ColourMapName, value: number): Colour {
  const table = colourTable(name);
  const at = 3 * Math.round((steps - 1) * Math.min(1, Math.max(0, value || 0)));
  return [table[at] as number, table[at + 1] as number, table[at + 2] as number];
}

function pathColour({ lightness, stops }: Path, at: number): Colour {
  const next = Math.max(
    1,
    stops.findIndex((stop) => stop.at >= at),
  );
  const before = stops[next - 1] as Stop;
  const after = stops[next] as Stop;
  const part = (at - before.at) / (after.at - before.at);
  const light = lightness[0] + at * (lightness[1] - lightness[0]);
  const hue = ((before.hue + part * (after.hue - before.hue)) * Math.PI) / 180;
  const wanted = before.chroma + part * (after.chroma - before.chroma);
  let [low, high] = [0, wanted];
  for (let halving = 0; halving < 20; halving++) {
    const chroma = halving === 0 ? wanted : (low + high) / 2;
    if (linearRgb(light, chroma, hue).every((channel) => channel >= -1e-4 && channel <= 1.0001)) low = chroma;
    else high = chroma;
    if (low === wanted) break;
  }
  return linearRgb(light, low, hue).map(encodeByte) as unknown as Colour;
}

/** OKLCH to linear sRGB, with Ottosson's published matrices. */
function linearRgb(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** The sRGB transfer curve (IEC 61966-2-1). */
function encodeByte(linear: number): number {
  const value = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
}
