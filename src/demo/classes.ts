// What the embedded data set holds. Neither modality is enough: one look can make two sounds, and two looks can make
// one sound.

export const lookNames = ['bowl', 'clock', 'metronome', 'bird', 'kettle', 'ball', 'jug'] as const;
export type LookName = (typeof lookNames)[number];

export const soundNames = ['ring', 'knock', 'tick', 'chime', 'whistle', 'thud', 'rumble', 'pour'] as const;
export type SoundName = (typeof soundNames)[number];

export type DemoClass = {
  readonly name: string;
  readonly look: LookName;
  readonly sound: SoundName;
};

/**
 * | class            | look      | sound   | shares its look with | shares its sound with |
 * | ---------------- | --------- | ------- | -------------------- | --------------------- |
 * | metal-bowl       | bowl      | ring    | wooden-bowl          |                       |
 * | wooden-bowl      | bowl      | knock   | metal-bowl           |                       |
 * | ticking-clock    | clock     | tick    | chiming-clock        | metronome             |
 * | chiming-clock    | clock     | chime   | ticking-clock        |                       |
 * | metronome        | metronome | tick    |                      | ticking-clock         |
 * | calling-bird     | bird      | whistle |                      | whistling-kettle      |
 * | whistling-kettle | kettle    | whistle |                      | calling-bird          |
 * | bouncing-ball    | ball      | thud    | rolling-ball         |                       |
 * | rolling-ball     | ball      | rumble  | bouncing-ball        |                       |
 * | pouring-jug      | jug       | pour    |                      |                       |
 *
 * Bowls and clocks share everything that is seen, movement too; the balls share all but the movement.
 */
export const demoClasses: readonly DemoClass[] = [
  { name: 'metal-bowl', look: 'bowl', sound: 'ring' },
  { name: 'wooden-bowl', look: 'bowl', sound: 'knock' },
  { name: 'ticking-clock', look: 'clock', sound: 'tick' },
  { name: 'chiming-clock', look: 'clock', sound: 'chime' },
  { name: 'metronome', look: 'metronome', sound: 'tick' },
  { name: 'calling-bird', look: 'bird', sound: 'whistle' },
  { name: 'whistling-kettle', look: 'kettle', sound: 'whistle' },
  { name: 'bouncing-ball', look: 'ball', sound: 'thud' },
  { name: 'rolling-ball', look: 'ball', sound: 'rumble' },
  { name: 'pouring-jug', look: 'jug', sound: 'pour' },
];

/**
 * Looks that may stand silently beside a class: never one that could make the same sound, or the clip would have two
 * answers.
 */
export function distractorLooks({ look, sound }: DemoClass): LookName[] {
  const makers = new Set(demoClasses.filter((one) => one.sound === sound).map((one) => one.look));
  return lookNames.filter((name) => name !== look && !makers.has(name));
}

/** The class that a silent look is recorded as: the first that has it. */
export function classOfLook(look: LookName): DemoClass {
  return demoClasses.find((one) => one.look === look)!;
}
