// What an evaluation of the light detector shows beside its metrics.
import { percent } from '../../../report/format.ts';
import type { Column, ShownSection, TableShown } from '../../../report/shown.ts';
import type { Metrics } from '../../../train/metric.ts';
import type { TemporalScore } from '../score.ts';
import type { BaselineName } from './baseline.ts';

type ScoredMethod = { readonly name: string; readonly scores: Metrics };

export type ShownScores = {
  readonly methods: readonly ScoredMethod[];
  /** The same after a strong encoding; none where there is no encoder. */
  readonly recodedMethods: readonly ScoredMethod[];
  readonly baselines: readonly { readonly name: BaselineName | ProbeName; readonly auc: number | null }[];
  readonly inTime: readonly TemporalScore[];
  /** Whether the data has fakes of its own. */
  readonly hasFakes: boolean;
};

type ProbeName = 'pictureProbe' | 'soundProbe';

const baselineTitles: Readonly<Record<BaselineName | ProbeName, string>> = {
  envelope: 'motion of the whole picture correlated with loudness',
  soundFromPicture: 'only how well the picture foretells the sound',
  pictureFromSound: 'only how well the sound foretells the picture',
  stillness: 'picture alone: share of still moments',
  silence: 'sound alone: share of silent moments',
  pictureProbe: 'picture alone: a probe on how it moves, taught by the other test recordings',
  soundProbe: 'sound alone: a probe on how it swells, taught by the other test recordings',
};

const text = (name: string): Column => ({ name, kind: 'text' });
const shareText = (value: number | null | undefined) => percent(value ?? Number.NaN);

export function scoreSections({ methods, recodedMethods, baselines, inTime, hasFakes }: ShownScores): ShownSection[] {
  const own = hasFakes ? 'The numbers above are of the fakes in the data. ' : 'The data has no fakes. ';
  return [
    {
      ...{ id: 'methods', title: 'Kinds of fakes', forTerminal: true },
      shown: [
        methodTable(
          methods,
          `${own}Each kind against all real clips; exchanged, shifted, retimed, reversed, frozen and replaced are acted out on these.`,
        ),
      ],
    },
    {
      ...{ id: 'recoded', title: 'After a strong encoding', forTerminal: true },
      shown:
        recodedMethods.length === 0
          ? []
          : [methodTable(recodedMethods, 'The same, real clips and fakes alike after VP8 and Opus at low rates.')],
    },
    {
      ...{ id: 'baselines', title: 'What costs nothing', forTerminal: true },
      shown: [
        {
          kind: 'table',
          note: 'The same clips judged by one number each, of which nothing is learnt but what the first two need.',
          columns: [text('number'), text('area under ROC')],
          rows: baselines.map(({ name, auc }) => [baselineTitles[name], shareText(auc)]),
        },
      ],
    },
    {
      ...{ id: 'in-time', title: 'Which seconds', forTerminal: true },
      shown:
        inTime.length === 0
          ? []
          : [
              {
                kind: 'table',
                note: 'Found against true stretches, where these are known; alarms in real clips count as false.',
                columns: [text('temporal overlap (IoU)'), text('average precision')],
                rows: inTime.map(({ overlap, averagePrecision }) => [String(overlap), shareText(averagePrecision)]),
              },
            ],
    },
  ];
}

function methodTable(methods: readonly ScoredMethod[], note: string): TableShown {
  return {
    ...{ kind: 'table', note },
    columns: [
      ...['kind', 'area under ROC', 'average precision', 'balanced accuracy', 'equal error rate'].map(text),
      text('false alarms at 95 % recall'),
    ],
    rows: methods.map(({ name, scores }) => [
      name,
      ...[scores.auc, scores.averagePrecision, scores.balancedAccuracy, scores.equalErrorRate].map(shareText),
      shareText(scores.falseAlarmsAt95),
    ]),
  };
}
