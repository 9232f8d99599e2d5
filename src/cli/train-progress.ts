// What a training run tells of itself, as progress.
import { countsText } from '../report/format.ts';
import { factLines } from '../report/text-table.ts';
import { metricText } from '../run/evaluation-result.ts';
import type { TrainEvent } from '../run/train-node.ts';
import { type EpochRecord, lossOf } from '../train/checkpoint.ts';
import type { Metric } from '../train/metric.ts';
import type { Phase, Progress } from './progress.ts';
import { settingFacts } from './setting-facts.ts';

/** A listener that shows the events of one run, in their order. */
export function showTraining(progress: Progress): (event: TrainEvent) => void {
  let [decoding, opening, epochs, steps]: (Phase | undefined)[] = [];
  let epochCount = 0;
  let metric: Metric | undefined;
  return (event) => {
    switch (event.kind) {
      case 'prepare':
        decoding ??= progress.begin('decode', event.total, { unit: 'clips' });
        decoding.update(event.done, event.failed > 0 ? `${event.failed} skipped` : '');
        if (event.done < event.total) break;
        decoding.finish();
        decoding = undefined;
        opening = progress.begin('open the model');
        break;
      case 'start':
        opening?.finish();
        opening = undefined;
        epochCount = event.epochs;
        metric = event.system.metrics[0];
        progress.note(startText(event));
        epochs = progress.begin('epoch', epochCount, { done: event.epochsDone });
        break;
      case 'step':
        epochCount = event.epochs;
        // Each stage counts its epochs from 1.
        epochs ??= progress.begin('epoch', epochCount);
        steps ??= progress.begin('step', event.steps);
        steps.update(event.step, `loss ${event.loss.toFixed(3)}`);
        break;
      case 'epoch':
        steps?.finish();
        steps = undefined;
        epochs?.update(event.record.epoch, epochText(event.record, metric));
        if (event.record.epoch < epochCount) break;
        epochs?.finish();
        epochs = undefined;
        break;
      case 'kept':
      case 'adapter':
      case 'diagnosis':
        break;
      case 'note':
        progress.note(event.text);
    }
  };
}

function epochText(record: EpochRecord, metric: Metric | undefined): string {
  const value = metric && record.validation?.[metric.name];
  const validation = metric && value != null ? ` · val ${metricText(metric, value)}` : '';
  return `loss ${lossOf(record).toFixed(3)}${validation}`;
}

function startText({ system, config, parameters, provider }: Extract<TrainEvent, { kind: 'start' }>): string {
  const facts: [string, string][] = [
    ['data', config.classes.length === 0 ? config.data : `${config.data} (${config.classes.length} classes)`],
    ['backbone', `${config.backbone.source}, ${config.backbone.imageSize[1]} × ${config.backbone.imageSize[0]} pixels`],
    ['parameters', countsText(parameters)],
    ['computed on', provider],
    ...settingFacts(system, config.training),
  ];
  return factLines(facts).trimEnd();
}
