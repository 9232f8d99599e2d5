// Fixed positions of sines and cosines, as masked autoencoders have them (He et al. 2022, appendix A.1).

/** Row p: sines, then cosines, of p / 10000^(k / (width / 2)) for k below width / 2. [length x width] */
export function linePositions(length: number, width: number): Float32Array {
  return Float32Array.from({ length: length * width }, (_, place) =>
    wave(Math.floor(place / width), place % width, width),
  );
}

/** Patches row by row: the first half of the channels from the row, the second from the column. */
export function patchPositions(rows: number, columns: number, width: number): Float32Array {
  const half = width / 2;
  return Float32Array.from({ length: rows * columns * width }, (_, place) => {
    const patch = Math.floor(place / width);
    const channel = place % width;
    return channel < half
      ? wave(Math.floor(patch / columns), channel, half)
      : wave(patch % columns, channel - half, half);
  });
}

function wave(position: number, channel: number, width: number): number {
  const half = width / 2;
  const angle = position / 10_000 ** ((channel % half) / half);
  return channel < half ? Math.sin(angle) : Math.cos(angle);
}
