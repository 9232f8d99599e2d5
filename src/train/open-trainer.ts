// The trainer that suits the session and the model.
import { openDeviceTrainer } from './device-trainer.ts';
import { openHostTrainer } from './host-trainer.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

/** Where results can stay on a device, so do parameters and moments, from step to step. Release it when done. */
export function openTrainer(options: TrainerOptions): Promise<Trainer> {
  // A model that changes gradients may ask for noise, which is drawn here, as averages are computed here.
  const needsHost = options.stage.model.gradients !== undefined || options.averaging !== undefined;
  return options.openSession.keepsTensors && !needsHost ? openDeviceTrainer(options) : openHostTrainer(options);
}
