/** What goes wrong in the synthetic year: where, how much, and which samples it spoils. */
import { DAY_MS } from '@emso/core';
import { noise, type Random, randomOf } from '../../services/cli/src/simulate/random.ts';
import type { Columns } from './sea.ts';

const HOUR_MS = 3_600_000;

export interface Fault {
  readonly sensor: string;
  readonly what: string;
  readonly size: string;
  /** A fault counts as found in a sample when any of these is flagged; `time` is time_QC. */
  readonly codes: readonly string[];
  /** Indices of the spoilt samples, ascending. */
  readonly samples: readonly number[];
  /** Each spoilt sample is an event of its own: how many were found, and not how soon. */
  readonly single?: true;
}

/** A sensor's columns with faults, and the times at which its lines are received. */
export interface Spoilt extends Columns {
  readonly received: Float64Array;
  /** Samples of which no line came. */
  readonly lost: ReadonlySet<number>;
  readonly faults: readonly Fault[];
}

/** Sizes of spikes by sensor and quantity: below the thresholds of the site, above `suspect`, above `fail`. */
const SPIKES: Readonly<
  Record<string, Readonly<Record<string, { sizes: readonly number[]; unit: string; codes: readonly string[] }>>>
> = {
  microcat: {
    TEMP: { sizes: [0.005, 0.03, 0.3], unit: 'degC', codes: ['TEMP'] },
    CNDC: { sizes: [0.0005, 0.003, 0.03], unit: 'S/m', codes: ['CNDC', 'PSAL'] },
    PRES: { sizes: [0.2, 1, 6], unit: 'dbar', codes: ['PRES'] },
  },
  oxygen: { DOXY: { sizes: [2, 8, 60], unit: 'umol/l', codes: ['DOXY', 'DOXY_COMP', 'DOX2'] } },
  cstar: { ATTN: { sizes: [0.02, 0.1, 1], unit: 'm-1', codes: ['ATTN'] } },
  aquadopp: { UCUR: { sizes: [0.05, 0.25, 0.8], unit: 'm s-1', codes: ['CSPD', 'WCUR'] } },
};
const SPIKES_EACH = 40;

/** The sensor's columns of `days` days with all that goes wrong in them. */
export function spoil(sensor: string, clean: Columns, days: number, seed: number): Spoilt {
  const random = randomOf(seed, `faults of ${sensor}`);
  const { time } = clean;
  const values = Object.fromEntries(Object.entries(clean.values).map(([name, column]) => [name, column.slice()]));
  const received = time.slice();
  const lost = new Set<number>();
  const faults: Fault[] = [];
  const cadenceMs = time[1] - time[0];
  const rowAt = (fraction: number): number => Math.round((fraction * days * DAY_MS) / cadenceMs);
  /** The samples from a fraction of the year on, for a time. */
  const span = (fraction: number, lengthMs: number): number[] =>
    Array.from({ length: Math.round(lengthMs / cadenceMs) }, (_, i) => rowAt(fraction) + i).filter(
      (i) => i < time.length,
    );
  const note = (
    what: string,
    size: string,
    codes: readonly string[],
    samples: readonly number[],
    single?: true,
  ): void => {
    faults.push({ sensor, what, size, codes, samples, ...(single && { single }) });
  };
  const flat = (fraction: number, hours: number, names: readonly string[], codes: readonly string[]): void => {
    const samples = span(fraction, hours * HOUR_MS);
    for (const name of names) for (const i of samples) values[name][i] = values[name][samples[0]];
    note('flat period', `${hours} h`, codes, samples);
  };
  const drift = (
    name: string,
    from: number,
    to: number,
    size: number,
    unit: string,
    codes: readonly string[],
  ): void => {
    const samples = span(from, (to - from) * days * DAY_MS);
    samples.forEach((i, n) => {
      values[name][i] += (size * n) / samples.length;
    });
    note(`drift of ${name}`, `${size} ${unit} in ${Math.round((to - from) * days)} days`, codes, samples);
  };

  for (const [name, { sizes, unit, codes }] of Object.entries(SPIKES[sensor] ?? {})) {
    const taken = new Set<number>();
    for (const size of sizes) {
      const samples: number[] = [];
      while (samples.length < SPIKES_EACH) {
        const i = rowAt(0.01) + Math.floor(random() * (rowAt(0.11) - rowAt(0.01)));
        // Each alone: two in a row are something else than a spike.
        if ([i - 2, i - 1, i, i + 1, i + 2].some((near) => taken.has(near))) continue;
        taken.add(i);
        samples.push(i);
        values[name][i] += random() < 0.5 ? size : -size;
      }
      note(
        `spikes of ${name}`,
        `±${size} ${unit}`,
        codes,
        samples.sort((a, b) => a - b),
        true,
      );
    }
  }

  if (sensor === 'microcat') {
    flat(0.14, 24, ['TEMP'], ['TEMP']);
    deadPump(values['CNDC'], span(0.2, (days * DAY_MS) / 70), note);
    clockStep(received, span(0.26, DAY_MS), 600_000, note);
    const gap = span(0.32, 3 * HOUR_MS);
    for (const i of gap) lost.add(i);
    note('gap', '3 h', [], gap);
    // Salt behind it: 0.1059 S/m a unit.
    drift('CNDC', 0.36, 0.62, -0.0053, 'S/m (−0.05 of salinity)', ['CNDC', 'PSAL']);
    drift('TEMP', 0.66, 0.95, 0.03, 'degC', ['TEMP', 'PSAL', 'TEMP_POT']);
    drift('PRES', 0.66, 0.95, 8, 'dbar', ['PRES']);
  }
  if (sensor === 'oxygen') {
    flat(0.14, 24, ['DOXY'], ['DOXY', 'DOXY_COMP', 'DOX2']);
    drift('DOXY', 0.36, 0.62, -10, 'umol/l', ['DOXY', 'DOXY_COMP', 'DOX2']);
    drift('DOXY_TEMP', 0.36, 0.62, 0.3, 'degC', ['DOXY_TEMP']);
  }
  if (sensor === 'cstar') {
    flat(0.2, 24, ['ATTN'], ['ATTN']);
    biofouling(values['ATTN'], span(0.66, 0.25 * days * DAY_MS), random, note);
  }
  if (sensor === 'aquadopp') {
    clockStep(received, span(0.26, DAY_MS), 600_000, note);
    flat(0.2, 12, ['UCUR', 'VCUR', 'WCUR'], ['CSPD', 'WCUR']);
  }
  return { time, values, received, lost, faults };
}

type Note = (what: string, size: string, codes: readonly string[], samples: readonly number[]) => void;

/** The cell is no longer flushed: what little moves comes late and smoothed, and salt reads low. */
function deadPump(conductivity: Float64Array, samples: readonly number[], note: Note): void {
  let level = conductivity[samples[0]];
  for (const i of samples) {
    level += (conductivity[i] - level) / 200;
    conductivity[i] = level - 0.001 * Math.min(1, (i - samples[0]) / 720);
  }
  note('dead pump', 'no noise, −0.001 S/m within a day', ['CNDC', 'PSAL'], samples);
}

/** The clock of the receiver jumps ahead and, later, back. */
function clockStep(received: Float64Array, samples: readonly number[], stepMs: number, note: Note): void {
  for (const i of samples) received[i] += stepMs;
  note('clock step', `${stepMs / 60_000} min for a day`, ['time'], samples);
}

/** A film on the windows grows, and with it what drifts past in its threads. */
function biofouling(attenuation: Float64Array, samples: readonly number[], random: Random, note: Note): void {
  samples.forEach((i, n) => {
    const grown = (n / samples.length) * (n / samples.length);
    attenuation[i] += 0.8 * grown + noise(random, 0.04 * grown);
  });
  note('biofouling', '+0.8 m-1, spread up to 0.04', ['ATTN'], samples);
}
