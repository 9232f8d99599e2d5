// A rectangle in a picture.

/**
 * From the picture's top left corner to the right and down: whole pixels where a picture is cut, fractions of the frame in
 * annotations.
 */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
