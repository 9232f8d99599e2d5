// Sizes that a file may state and that are believed: beyond them, no camera and no recording is meant, and memory would
// run out.

/** Pixels of a picture or a frame: 300 MB as 8-bit RGB. */
export const mostPixels = 100_000_000;

/** Sound is recorded at 768,000 hertz at most. */
export const highestSampleRate = 1e6;

/** 115 days. */
export const longestSeconds = 1e7;
