// Pictures as bytes.

/** An 8-bit RGB picture: `data` has height x width x 3 bytes, row by row, red first. */
export type Picture = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
};
