// What a search gives, for `duet search --json`, the server and the library's type.
import * as z from 'zod';

const seconds = z.number().min(0);
const share = z.number().min(0).max(1);

export const foundMomentsSchema = z
  .object({
    words: z.string(),
    /** What the words came to, the nearest class first; none where no class is near them. */
    classes: z.array(z.object({ label: z.string(), share }).readonly()).readonly(),
    /** All classes of the index, and how near the nearest is to the words: the cosine, 1 for its own name. */
    known: z.array(z.string()).readonly(),
    nearest: z.object({ label: z.string(), likeness: z.number() }).readonly(),
    /** The best first. Their score is the share of what was asked for in what the model sees and hears there. */
    moments: z
      .array(
        z
          .object({
            path: z.string(),
            start: seconds,
            end: seconds,
            score: share,
            /** Start and end of its best window, in seconds. */
            window: z.tuple([seconds, seconds]).readonly(),
          })
          .readonly(),
      )
      .readonly(),
    /** The best score of all, also where no moment reaches the threshold; absent where there is no window. */
    best: z.number().optional(),
    windows: z.int(),
    /** The run whose model made the index, and where it lay. */
    run: z.string().optional(),
    adapter: z.string(),
  })
  .readonly();

/** The answer to a query, and how its words were understood. */
export type FoundMoments = z.infer<typeof foundMomentsSchema>;
/** A stretch of a video, in seconds, and how sure it is to hold what was asked for (0 to 1). */
export type FoundMoment = FoundMoments['moments'][number];
