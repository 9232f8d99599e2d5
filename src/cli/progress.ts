// Progress on stderr: one line that redraws itself on a terminal, plain lines now and then anywhere else.
import { clock } from '../report/format.ts';
import { visibleLine, visibleText } from '../visible-text.ts';

export type ProgressStream = { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };

/** A stretch of work with a known or unknown number of parts. */
export type Phase = {
  /** `done` parts are finished; `detail` is what else is worth seeing ("loss 1.234 · val 84.2 %"). */
  update(done: number, detail?: string): void;
  /** Leaves a last line (`summary`, or what was done) and closes this phase and those begun inside it. */
  finish(summary?: string): void;
};

export type Progress = {
  /** Begins a phase inside those still open. */
  begin(name: string, total?: number, options?: PhaseOptions): Phase;
  /** A line of its own that stays. */
  note(text: string): void;
  /** Wipes the moving line. */
  end(): void;
};

export type PhaseOptions = {
  /** What the parts are ('clips'), to show their rate. */
  readonly unit?: string;
  /** Parts that a resumed run has behind it. */
  readonly done?: number;
};

export type ProgressOptions = { readonly quiet?: boolean /** Seconds, for tests. */; readonly now?: () => number };

type OpenPhase = {
  readonly name: string;
  readonly total: number | undefined;
  readonly unit: string | undefined;
  readonly from: number;
  readonly began: number;
  done: number;
  detail: string;
};

const redrawSeconds = 0.08;
const plainSeconds = 5;
const plainStep = 0.1;
const plainStepSeconds = 1;

export function createProgress(
  stream: ProgressStream,
  environment: Readonly<Record<string, string | undefined>>,
  options: ProgressOptions = {},
): Progress {
  const now = options.now ?? (() => performance.now() / 1000);
  const moving = stream.isTTY === true && !environment.CI && environment.TERM !== 'dumb';
  const coloured = moving && !environment.NO_COLOR;
  const phases: OpenPhase[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawnShare = 0;
  let onScreen = false;

  const wipe = () => {
    if (onScreen) stream.write('\r\u001b[K');
    onScreen = false;
  };
  const keep = (text: string) => {
    if (options.quiet) return;
    wipe();
    stream.write(`${visibleText(text)}\n`);
  };
  const draw = () => {
    if (options.quiet || phases.length === 0) return;
    const time = now();
    const share = shareDone(phases);
    if (moving) {
      if (time - drawnAt < redrawSeconds) return;
      const line = truncate(
        statusLine(phases, time),
        (stream.columns ?? 80) - (share === undefined ? 1 : barCells + 2),
      );
      stream.write(`\r${share === undefined ? '' : `${bar(share, coloured)} `}${line}\u001b[K`);
      onScreen = true;
    } else {
      const stepped = share !== undefined && share - drawnShare >= plainStep && time - drawnAt >= plainStepSeconds;
      // A full count is about to be finished, which leaves a line of its own.
      if (share === 1 || (time - drawnAt < plainSeconds && !stepped)) return;
      stream.write(`${statusLine(phases, time)}\n`);
    }
    drawnAt = time;
    drawnShare = share ?? 0;
  };

  return {
    begin(name, total, { unit, done = 0 } = {}) {
      const phase: OpenPhase = { name, total, unit, from: done, began: now(), done, detail: '' };
      phases.push(phase);
      // Off a terminal, a phase's first line comes after the interval: short phases then leave only their last.
      if (moving) draw();
      else if (phases.length === 1) [drawnAt, drawnShare] = [now(), shareDone(phases) ?? 0];
      return {
        update(finished, detail) {
          phase.done = finished;
          if (detail !== undefined) phase.detail = detail;
          draw();
        },
        finish(summary) {
          const place = phases.indexOf(phase);
          if (place < 0) return;
          phases.length = place;
          const line = summary ?? finishedLine(phase, now());
          if (place === 0 || summary !== undefined) keep(line);
          drawnAt = place === 0 ? Number.NEGATIVE_INFINITY : drawnAt;
        },
      };
    },
    note(line) {
      keep(line);
      drawnAt = moving ? Number.NEGATIVE_INFINITY : drawnAt;
      if (moving) draw();
    },
    end() {
      phases.length = 0;
      wipe();
    },
  };
}

/** Outermost first: "epoch 3/120 · loss 1.234 · 6:10 left · step 5/12". */
function statusLine(phases: readonly OpenPhase[], time: number): string {
  const outermost = phases.findIndex((phase) => phase.total !== undefined);
  return phases
    .flatMap((phase, place) => {
      const parts = [counted(phase), phase.detail, rateText(phase, time)];
      if (place === outermost) parts.push(timeLeft(phases.slice(place), time));
      return parts;
    })
    .filter((part) => part !== '')
    .map(visibleLine)
    .join(' · ');
}

function counted({ name, total, done }: OpenPhase): string {
  return total === undefined ? (done > 0 ? `${name} ${done}` : name) : `${name} ${done}/${total}`;
}

function rateText({ unit, done, from, began }: OpenPhase, time: number): string {
  const rate = (done - from) / (time - began);
  if (unit === undefined || !(rate > 0) || !Number.isFinite(rate)) return '';
  return `${rate < 9.95 ? rate.toFixed(1) : Math.round(rate)} ${unit}/s`;
}

/** Guessed from the outermost phase with a total, a begun part counting as far as the phases inside it have come. */
function timeLeft(phases: readonly OpenPhase[], time: number): string {
  const outer = phases[0];
  const share = shareDone(phases);
  if (outer?.total === undefined || share === undefined) return '';
  const begun = outer.from / outer.total;
  if (share <= begun || share >= 1) return '';
  return `${clock(((time - outer.began) * (1 - share)) / (share - begun))} left`;
}

function shareDone(phases: readonly OpenPhase[]): number | undefined {
  const place = phases.findIndex((phase) => phase.total !== undefined);
  const phase = phases[place];
  if (phase?.total === undefined || phase.total <= 0) return undefined;
  const inside = phase.done < phase.total ? (shareDone(phases.slice(place + 1)) ?? 0) : 0;
  return Math.min(1, (phase.done + inside) / phase.total);
}

function finishedLine(phase: OpenPhase, time: number): string {
  return [counted(phase), phase.detail, rateText(phase, time), `took ${clock(time - phase.began)}`]
    .filter((part) => part !== '')
    .map(visibleLine)
    .join(' · ');
}

const barCells = 16;

function bar(share: number, coloured: boolean): string {
  const full = Math.round(share * barCells);
  const [done, rest] = ['━'.repeat(full), '─'.repeat(barCells - full)];
  return coloured ? `\u001b[36m${done}\u001b[0m\u001b[2m${rest}\u001b[0m` : done + rest;
}

function truncate(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;
}
