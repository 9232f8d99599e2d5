// Which queue shards go through.
import { type Field, text } from './field.ts';
import { grouped, setting, settingWithDefault } from './setting.ts';

const plainName: Field<string> = {
  ...text,
  expected: 'a name of letters, digits, - and _',
  accept: (value) => (typeof value === 'string' && /^[\w-]{1,100}$/.test(value) ? value : undefined),
};

export const queueSettings = grouped('Queue:', {
  queue: setting('--queue <url>', 'the Redis or Valkey that gives out shards (redis://HOST:PORT)', text),
  queueName: settingWithDefault('--queue-name <name>', 'of the queue there: one for each archive', plainName, 'duet'),
});
