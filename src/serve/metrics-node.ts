// What Prometheus asks for: requests, windows and batches, and the process itself.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = {
  request(route: string, status: number, seconds: number): void;
  batch(model: string, windows: number, seconds: number): void;
  readerStopped(): void;
  /** In Prometheus's text format, with its content type. */
  text(): Promise<{ readonly body: string; readonly type: string }>;
};

/** Numbers that are asked for when they are read. */
export type Gauges = {
  requestsInside(): number;
  readersBusy(): number;
  windowsWaiting(): number;
};

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    ...{
      name: 'duet_requests_total',
      help: 'Requests by route and status',
      labelNames: ['route', 'status'],
      registers,
    },
  });
  const seconds = new Histogram({
    ...{ name: 'duet_request_seconds', help: 'From the arrival of a request to its end', labelNames: ['route'] },
    ...{ buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300], registers },
  });
  const windows = new Counter({
    ...{ name: 'duet_windows_total', help: 'Windows of clips answered', labelNames: ['model'], registers },
  });
  const computing = new Counter({
    ...{ name: 'duet_model_seconds_total', help: 'Time in which the model computed', labelNames: ['model'], registers },
  });
  const batches = new Histogram({
    ...{ name: 'duet_batch_windows', help: 'Windows computed together', buckets: [1, 2, 4, 8, 16, 32], registers },
  });
  const stopped = new Counter({
    ...{ name: 'duet_readers_stopped_total', help: 'Reading processes that ended or were stopped', registers },
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(value());
      },
    });
  gauge('duet_requests_inside', 'Requests that are worked on or wait', gauges.requestsInside);
  gauge('duet_readers_busy', 'Reading processes that have a clip', gauges.readersBusy);
  gauge('duet_windows_waiting', 'Windows that wait for the model or are computed', gauges.windowsWaiting);
  return {
    request(route, status, taken) {
      requests.inc({ route, status: String(status) });
      seconds.observe({ route }, taken);
    },
    batch(model, count, taken) {
      windows.inc({ model }, count);
      computing.inc({ model }, taken);
      batches.observe(count);
    },
    readerStopped: () => stopped.inc(),
    text: async () => ({ body: await registry.metrics(), type: registry.contentType }),
  };
}
