/**
 * A year of the water at 2 471 m as five sensors see it, from a seed: tide, inertial oscillations, slow drift of the water mass, an
 * event of dense water, red noise and what the electronics add. Made up, and only that: amplitudes are those that the QC notes
 * quote (van Haren 2026: nothing above 0.01 degC over a year; tide of 0.1 m; Houpert 2016: +3.2e-3 degC and +3.3e-3 a year).
 */
import { DAY_MS } from '@emso/core';
import { SP_from_C } from '@emso/seawater';
import { noise, type Random, randomOf } from '../../services/cli/src/simulate/random.ts';
import { conductivityOf } from '../../services/cli/src/simulate/sea.ts';

/** Epoch ms of the first sample. */
export const START_MS = Date.UTC(2025, 0, 1);

/** What a sensor delivers, one column a quantity, one row a sample; faults are laid over it. */
export interface Columns {
  readonly time: Float64Array;
  readonly values: Readonly<Record<string, Float64Array>>;
}

interface Water {
  readonly temperature: number;
  readonly salinity: number;
  readonly pressureDbar: number;
  readonly oxygen: number;
  readonly attenuation: number;
  readonly east: number;
  readonly north: number;
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * DAY_MS;

function wave(timeMs: number, periodHours: number, phase: number): number {
  return Math.sin((2 * Math.PI * timeMs) / (periodHours * HOUR_MS) + phase);
}

/** The water at an instant; `phase` shifts what differs between two places some kilometres apart. */
function waterAt(timeMs: number, lengthMs: number, phase = 0): Water {
  const years = (timeMs - START_MS) / YEAR_MS;
  const tide = wave(timeMs, 12.4206, 0) + 0.4 * wave(timeMs, 12, 0.6);
  const inertial = wave(timeMs, 17.6, phase) * (0.6 + 0.4 * wave(timeMs, 11 * 24, 0.3));
  const slow = wave(timeMs, 90 * 24, 0.4) + 0.5 * wave(timeMs, 23 * 24, 1.7);
  // Dense water passes once: within hours, gone after some days.
  const since = (timeMs - START_MS - 0.125 * lengthMs) / (6 * HOUR_MS);
  const event = since > 0 ? Math.min(1, since) * Math.exp(-since / 12) : 0;
  return {
    temperature: 13.29 + 0.0032 * years + 0.0015 * inertial + 0.003 * slow - 0.004 * event,
    salinity: 38.48 + 0.0033 * years + 0.0004 * inertial + 0.0009 * slow + 0.0008 * event,
    pressureDbar: 2505.6 + 0.1 * tide + 0.05 * slow,
    oxygen: 236 + 0.6 * inertial + 1.2 * slow + 4 * event,
    attenuation: 0.03 + 0.004 * tide + 0.008 * slow + 0.2 * event,
    east: -0.03 + 0.02 * inertial + 0.015 * slow - 0.1 * event,
    north: -0.02 + 0.02 * wave(timeMs, 17.6, phase + Math.PI / 2) - 0.05 * event,
  };
}

/** Red noise: what a sample shares with the one before. */
function red(random: Random, sigma: number, kept: number): () => number {
  let value = 0;
  return () => {
    value = kept * value + Math.sqrt(1 - kept * kept) * noise(random, sigma);
    return value;
  };
}

type Maker = (random: Random) => (water: Water) => Readonly<Record<string, number>>;

const MAKERS: Readonly<Record<string, { readonly cadenceMs: number; readonly phase: number; readonly make: Maker }>> = {
  microcat: { cadenceMs: 120_000, phase: 0, make: microcat },
  oxygen: { cadenceMs: 60_000, phase: 0, make: optode },
  cstar: { cadenceMs: 60_000, phase: 0, make: transmissometer },
  aquadopp: { cadenceMs: 600_000, phase: 0, make: currentMeter },
  pressure: { cadenceMs: 60_000, phase: 0, make: gauge },
  'albatross-microcat-2400': { cadenceMs: 1_800_000, phase: 2, make: mooring },
};

export const SENSORS: readonly string[] = Object.keys(MAKERS);

/** What a sensor delivers over so many days without any fault. */
export function columnsOf(sensor: string, days: number, seed: number): Columns {
  const { cadenceMs, phase, make } = MAKERS[sensor];
  const rows = Math.floor((days * DAY_MS) / cadenceMs);
  const next = make(randomOf(seed, sensor));
  const time = Float64Array.from({ length: rows }, (_, i) => START_MS + i * cadenceMs);
  const values: Record<string, Float64Array> = {};
  for (let row = 0; row < rows; row++) {
    for (const [name, value] of Object.entries(next(waterAt(time[row], days * DAY_MS, phase)))) {
      values[name] ??= new Float64Array(rows);
      values[name][row] = value;
    }
  }
  return { time, values };
}

/** Temperature, conductivity and pressure; the line's salinity follows from them, as on board. */
function ctd(random: Random, offset: (water: Water) => Water): ReturnType<Maker> {
  const warm = red(random, 0.0003, 0.98);
  const salt = red(random, 0.0001, 0.98);
  return (place) => {
    const water = offset(place);
    const temperature = water.temperature + warm();
    const TEMP = temperature + noise(random, 0.0001);
    const PRES = water.pressureDbar + noise(random, 0.008);
    const CNDC = conductivityOf(temperature, water.salinity + salt(), water.pressureDbar) + noise(random, 0.000_02);
    return { TEMP, CNDC, PRES };
  };
}

function microcat(random: Random): ReturnType<Maker> {
  return ctd(random, (water) => water);
}

/** The level above, some kilometres away: less pressure, colder by what the adiabat says. */
function mooring(random: Random): ReturnType<Maker> {
  const lean = red(random, 1.5, 0.95);
  return ctd(random, (water) => {
    const pressureDbar = 2433.2 + Math.abs(lean());
    return { ...water, pressureDbar, temperature: water.temperature - 1.69e-4 * (2505.6 - pressureDbar) };
  });
}

function optode(random: Random): ReturnType<Maker> {
  return (water) => ({
    DOXY: water.oxygen + noise(random, 0.15),
    DOXY_TEMP: water.temperature + 0.01 + noise(random, 0.001),
  });
}

function transmissometer(random: Random): ReturnType<Maker> {
  const particles = red(random, 0.002, 0.9);
  return (water) => ({ ATTN: water.attenuation + particles() + noise(random, 0.001) });
}

function currentMeter(random: Random): ReturnType<Maker> {
  const [gust, other] = [red(random, 0.012, 0.9), red(random, 0.012, 0.9)];
  return (water) => ({ UCUR: water.east + gust(), VCUR: water.north + other(), WCUR: noise(random, 0.004) });
}

function gauge(random: Random): ReturnType<Maker> {
  return (water) => ({ PRES: water.pressureDbar + 10.1325 + noise(random, 0.003) });
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

type Row = Readonly<Record<string, number>>;

/** The line of a sample, with the digits that the instrument prints. `clockMs` is the instrument's own clock. */
export const LINES: Readonly<Record<string, (row: Row, clockMs: number) => string>> = {
  microcat: ctdLine,
  'albatross-microcat-2400': ctdLine,
  oxygen: ({ DOXY, DOXY_TEMP }) => {
    // Air saturation in fresh water near 13.29 degC.
    const saturation = DOXY * 0.305_95 * (1 + 0.0215 * (DOXY_TEMP - 13.29));
    return `4831\t379\t${DOXY.toFixed(3)}\t${saturation.toFixed(3)}\t${DOXY_TEMP.toFixed(3)}`;
  },
  cstar: ({ ATTN }) => {
    const corrected = Math.round(60 + 15_384.6 * Math.exp(-ATTN * 0.25));
    return `CST-2405PR\t11531\t${corrected - 3}\t${corrected}\t${ATTN.toFixed(3)}\t544`;
  },
  aquadopp: ({ UCUR, VCUR, WCUR }, clockMs) => {
    const clock = new Date(clockMs).toISOString();
    const date = [clock.slice(5, 7), clock.slice(8, 10), clock.slice(0, 4), clock.slice(11, 13), clock.slice(14, 16)];
    const direction = ((Math.atan2(UCUR, VCUR) * 180) / Math.PI + 360) % 360;
    const speed = Math.sqrt(UCUR * UCUR + VCUR * VCUR);
    const flow = [UCUR, VCUR, WCUR].map((value) => value.toFixed(3)).join(' ');
    const rest = `41 39 40 12.1 1546.9 1546.8 101.3 1.2 -0.8 2505.600 2471.000 13.29 0 0`;
    return `${date.join(' ')} ${clock.slice(17, 19)} 00000000 00110000 ${flow} ${rest} ${speed.toFixed(3)} ${direction.toFixed(2)}`;
  },
  pressure: ({ PRES }) => `*0001${(PRES / 0.689_475_7).toFixed(4)}`,
};

function ctdLine({ TEMP, CNDC, PRES }: Row, clockMs: number): string {
  const clock = new Date(clockMs);
  const day = `${String(clock.getUTCDate()).padStart(2, '0')} ${MONTHS[clock.getUTCMonth()]} ${clock.getUTCFullYear()}`;
  const salinity = SP_from_C(10 * CNDC, TEMP, PRES);
  return `${TEMP.toFixed(4)}, ${CNDC.toFixed(5)}, ${PRES.toFixed(3)}, ${salinity.toFixed(4)}, ${day}, ${clock.toISOString().slice(11, 19)}`;
}
