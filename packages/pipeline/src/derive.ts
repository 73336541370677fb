/**
 * Parameters computed from those that a record carries, row by row: salinity, potential temperature, density, depth and sound
 * speed (PSS-78 and EOS-80, which the historical columns were made with), oxygen compensated and in other units, currents
 * turned to true north. What another sensor would have to say comes from the dated constants of the site, so that a value
 * is the same live and rebuilt (PROMISE 17). A computed value is rounded once, to its parameter's digits.
 */
import { type Batch, type Deployment, dayOf, type Platform, rounder } from '@emso/core';
import {
  apply_declination,
  eos80_depth,
  eos80_ptmp,
  eos80_sigma_theta,
  eos80_svel,
  gg92_bk_mll,
  mll_to_umolL,
  optode_pressure_comp,
  optode_salinity_comp,
  SP_from_C,
  umolL_to_mll,
  umolL_to_umolkg_at,
} from '@emso/seawater';
import { declinationOfDay } from './declination.ts';
import { type DonatedFacts, type SiteFacts, siteFactsOf } from './site-facts.ts';

const roundedDirection = rounder('CDIR');

/** Standard atmosphere, dbar: absolute pressure less this is sea pressure. */
const ATMOSPHERE_DBAR = 10.1325;

/** One derivation: some values of a row in, others out, both in the order in which it names their codes. */
interface Step {
  /** What it reads; NaN where the deployment has no such column. */
  readonly inputs: readonly string[];
  readonly codes: readonly string[];
  /** How each code is computed with these facts, for the files' metadata, in the order of `codes`. */
  readonly methods: (facts: SiteFacts) => readonly string[];
  readonly compute: (row: Float64Array, facts: SiteFacts, timeMs: number, out: Float64Array) => void;
  /** It needs what a donor measures, which is known when the day is sealed. */
  readonly waits?: boolean;
}

/** What each computed parameter is computed from: its flag is never better than theirs. */
export const MADE_OF: Readonly<Record<string, readonly string[]>> = {
  PSAL: ['TEMP', 'CNDC', 'PRES'],
  TEMP_POT: ['TEMP', 'PSAL', 'PRES'],
  DENS: ['TEMP', 'PSAL', 'PRES'],
  DEPH: ['PRES'],
  SVEL: ['TEMP', 'PSAL', 'PRES'],
  DOXY_COMP: ['DOXY', 'DOXY_TEMP', 'DOX1'],
  DOX1: ['DOXY', 'DOXY_TEMP'],
  DOX2: ['DOXY_COMP', 'TEMP', 'PSAL', 'PRES'],
  OSAT: ['DOX1', 'TEMP', 'PSAL', 'PRES'],
  TSED: ['ATTN'],
};

export interface Derivation {
  /** The codes it adds to those that records carry, in column order. */
  readonly codes: readonly string[];
  /** How each computed code is made at a time, with the constants in force then. */
  readonly methodsAt: (timeMs: number) => ReadonlyMap<string, string>;
  /** Fills the computed columns of rows `[from, to)`, whose times are known; those that wait for donors stay empty. */
  readonly apply: (batch: Batch, from: number, to: number) => void;
  /** The codes that wait for donors. */
  readonly waiting: readonly string[];
  /** Fills those, by what the donors measured at a time: NaN where none did. */
  readonly applyDonated: (
    batch: Batch,
    from: number,
    to: number,
    donatedAt: (timeMs: number) => Pick<SiteFacts, keyof DonatedFacts>,
  ) => void;
  /** What of a measured PRES is air, dbar. */
  readonly airDbar: number;
}

/**
 * What can be computed for a deployment whose records carry `measured`; what needs a fact that the site file never gives is
 * no column at all. `settings` are the deployment's, as its model checked them; `depthM` is the depth at which it hangs;
 * `donated` is what other sensors measure for it.
 */
export function derivationOf(
  platform: Platform,
  deployment: Pick<Deployment, 'depthM'>,
  settings: Readonly<Record<string, unknown>>,
  measured: readonly string[],
  donated: DonatedFacts = {},
): Derivation {
  const factsAt = siteFactsOf(platform, deployment);
  const ever = { ...Object.assign({}, ...platform.siteConstants), ...factsAt(Number.NEGATIVE_INFINITY) } as SiteFacts;
  const steps = [
    seawater(measured, ever),
    gauge(measured, settings, ever),
    optode(measured, settings, ever, donated),
    titrated(measured),
    currents(measured, settings),
  ].filter((step) => step !== undefined);
  const codes = [...new Set(steps.flatMap((step) => step.codes))].filter((code) => !measured.includes(code));
  return {
    codes,
    methodsAt(timeMs) {
      const facts = factsAt(timeMs);
      const methods = steps.flatMap((step) => {
        const texts = step.methods(facts);
        return step.codes.map((code, i): [string, string] => [code, texts[i]]);
      });
      return new Map(methods);
    },
    apply(batch, from, to) {
      for (const step of steps) if (step.waits !== true) applyStep(step, batch, from, to, factsAt);
    },
    waiting: steps.flatMap((step) => (step.waits === true ? step.codes : [])),
    applyDonated(batch, from, to, donatedAt) {
      const known = (timeMs: number): SiteFacts => ({ ...factsAt(timeMs), ...donatedAt(timeMs) });
      for (const step of steps) if (step.waits === true) applyStep(step, batch, from, to, known);
    },
    airDbar: isAbsolute(settings) ? ATMOSPHERE_DBAR : 0,
  };
}

function applyStep(step: Step, batch: Batch, from: number, to: number, factsAt: (timeMs: number) => SiteFacts): void {
  const columnOf = (code: string): Float64Array | undefined => batch.values[batch.codes.indexOf(code)];
  const inputs = step.inputs.map(columnOf);
  const outputs = step.codes.map(columnOf);
  const rounders = step.codes.map(rounder);
  const row = new Float64Array(inputs.length);
  const out = new Float64Array(outputs.length);
  for (let at = from; at < to; at++) {
    for (let i = 0; i < inputs.length; i++) row[i] = inputs[i]?.[at] ?? Number.NaN;
    out.fill(Number.NaN);
    step.compute(row, factsAt(batch.time[at]), batch.time[at], out);
    for (let i = 0; i < outputs.length; i++) outputs[i]![at] = rounders[i](out[i]);
  }
}

/** Temperature and conductivity: everything that follows from the state of the water. */
function seawater(measured: readonly string[], ever: SiteFacts): Step | undefined {
  if (!measured.includes('TEMP') || !measured.includes('CNDC')) return undefined;
  const hasPressure = measured.includes('PRES');
  if (!hasPressure && ever.pressureDbar === undefined) return undefined;
  const hasSalinity = measured.includes('PSAL');
  const wanted = ['PSAL', 'TEMP_POT', 'DENS', 'DEPH', 'SVEL'].filter(
    (code) => !measured.includes(code) && (code !== 'DEPH' || (hasPressure && ever.latitude !== undefined)),
  );
  const at = (code: string): number => wanted.indexOf(code);
  const [salinityAt, thetaAt, densityAt, depthAt, soundAt] = ['PSAL', 'TEMP_POT', 'DENS', 'DEPH', 'SVEL'].map(at);
  return {
    inputs: ['TEMP', 'CNDC', 'PRES', 'PSAL'],
    codes: wanted,
    methods: (facts) => {
      const pressure = hasPressure
        ? 'the measured pressure'
        : `a sea pressure of ${said(facts.pressureDbar, 'dbar')} (site constant)`;
      const salinity = hasSalinity ? 'the salinity that the instrument computed' : 'PSAL';
      const texts: Record<string, string> = {
        PSAL: `PSS-78 from TEMP, CNDC and ${pressure}, C(35, 15, 0) = 42.914 mS/cm`,
        TEMP_POT: `EOS-80: Bryden 1973 and Fofonoff 1977, from TEMP, ${salinity} and ${pressure}, reference 0 dbar, ITS-90`,
        DENS: `EOS-80: UNESCO 44, from TEMP_POT and ${salinity} at 0 dbar, less 1000 kg m-3`,
        DEPH: `UNESCO 44 (Saunders and Fofonoff 1976) from PRES at latitude ${said(facts.latitude, 'degrees north')}`,
        SVEL: `Chen and Millero 1977 (UNESCO 44) from TEMP, ${salinity} and ${pressure}`,
      };
      return wanted.map((code) => texts[code]);
    },
    compute([temperature, conductivity, measuredPressure, measuredSalinity], facts, _timeMs, out) {
      const pressure = hasPressure ? measuredPressure : (facts.pressureDbar ?? Number.NaN);
      if (depthAt >= 0) out[depthAt] = eos80_depth(pressure, facts.latitude ?? Number.NaN);
      const salinity = hasSalinity ? measuredSalinity : SP_from_C(conductivity * 10, temperature, pressure);
      if (salinityAt >= 0) out[salinityAt] = salinity;
      const theta = eos80_ptmp(salinity, temperature, pressure);
      if (thetaAt >= 0) out[thetaAt] = theta;
      if (densityAt >= 0) out[densityAt] = eos80_sigma_theta(salinity, temperature, pressure);
      if (soundAt >= 0) out[soundAt] = eos80_svel(salinity, temperature, pressure);
    },
  };
}

/** A gauge that measures water and air: the depth of the water above it. */
function gauge(
  measured: readonly string[],
  settings: Readonly<Record<string, unknown>>,
  ever: SiteFacts,
): Step | undefined {
  if (ever.latitude === undefined) return undefined;
  if (!measured.includes('PRES') || !isAbsolute(settings) || measured.includes('DEPH')) return undefined;
  return {
    inputs: ['PRES'],
    codes: ['DEPH'],
    methods: ({ latitude }) => [
      `UNESCO 44 (Saunders and Fofonoff 1976) from PRES less ${ATMOSPHERE_DBAR} dbar of air, at latitude ${said(latitude, 'degrees north')}`,
    ],
    compute([pressure], { latitude }, _timeMs, out) {
      out[0] = eos80_depth(pressure - ATMOSPHERE_DBAR, latitude ?? Number.NaN);
    },
  };
}

/** The pressure that it measures is that of the water and of the air above. */
function isAbsolute(settings: Readonly<Record<string, unknown>>): boolean {
  return settings['pressureKind'] === 'absolute';
}

/** An optode says what it would be in water of its stored salinity at no pressure: here it becomes what is in the sea. */
function optode(
  measured: readonly string[],
  { storedSalinity }: Readonly<Record<string, unknown>>,
  ever: SiteFacts,
  donated: DonatedFacts,
): Step | undefined {
  if (!measured.includes('DOXY') || !measured.includes('DOXY_TEMP') || typeof storedSalinity !== 'number')
    return undefined;
  if ((ever.salinity ?? donated.salinity) === undefined) return undefined;
  if ((ever.pressureDbar ?? donated.pressureDbar) === undefined) return undefined;
  return {
    inputs: ['DOXY', 'DOXY_TEMP'],
    codes: ['DOXY_COMP', 'DOX1', 'DOX2'],
    waits: donated.salinity !== undefined || donated.pressureDbar !== undefined,
    methods: ({ salinity, pressureDbar }) => {
      const salt = donated.salinity ?? `salinity ${said(salinity, '')} (site constant`;
      const weight = donated.pressureDbar ?? `${said(pressureDbar, 'dbar')} (site constant`;
      const compensated =
        `DOXY compensated for ${salt}; stored in the optode: ${storedSalinity}; ` +
        `Garcia and Gordon 1992, combined fit) and for ${weight}; 3.2 % per 1000 dbar, Uchida 2008)`;
      return [
        compensated,
        'DOXY_COMP / 44.6596 umol per ml',
        'DOXY_COMP per potential density at 0 dbar, EOS-80, of the water at DOXY_TEMP, salinity and pressure as for DOXY_COMP',
      ];
    },
    compute([oxygen, temperature], { salinity = Number.NaN, pressureDbar = Number.NaN }, _timeMs, out) {
      const inSalt = optode_salinity_comp(oxygen, salinity, temperature, storedSalinity);
      out[0] = optode_pressure_comp(inSalt, pressureDbar);
      out[1] = umolL_to_mll(out[0]);
      out[2] = umolL_to_umolkg_at(out[0], 1000 + eos80_sigma_theta(salinity, temperature, pressureDbar));
    },
  };
}

/** A CTD whose oxygen sensor already gives what is in the sea, in ml/l. */
function titrated(measured: readonly string[]): Step | undefined {
  if (!['DOX1', 'TEMP', 'CNDC', 'PRES'].every((code) => measured.includes(code))) return undefined;
  const hasSalinity = measured.includes('PSAL');
  return {
    inputs: ['DOX1', 'TEMP', 'CNDC', 'PRES', 'PSAL'],
    codes: ['DOXY_COMP', 'DOX2', 'OSAT'],
    methods: () => [
      'DOX1 x 44.6596 umol per ml',
      'DOXY_COMP per potential density at 0 dbar, EOS-80',
      '100 x DOX1 / solubility at TEMP_POT and PSAL (Garcia and Gordon 1992, Benson and Krause fit)',
    ],
    compute([oxygen, temperature, conductivity, pressure, measuredSalinity], _facts, _timeMs, out) {
      const salinity = hasSalinity ? measuredSalinity : SP_from_C(conductivity * 10, temperature, pressure);
      out[0] = mll_to_umolL(oxygen);
      out[1] = umolL_to_umolkg_at(out[0], 1000 + eos80_sigma_theta(salinity, temperature, pressure));
      out[2] = (100 * oxygen) / gg92_bk_mll(salinity, eos80_ptmp(salinity, temperature, pressure));
    },
  };
}

/**
 * Components relative to the magnetic north of the compass become true ones; what the instrument delivered stays beside them.
 * `declination: false` says that they are true already.
 */
function currents(measured: readonly string[], { declination }: Readonly<Record<string, unknown>>): Step | undefined {
  if (!measured.includes('UCUR') || !measured.includes('VCUR') || typeof declination !== 'boolean') return undefined;
  const delivered = 'as the instrument delivers it';
  return {
    inputs: ['UCUR', 'VCUR', 'CDIR'],
    codes: ['UCUR', 'VCUR', 'CDIR', 'UCUR_DELIVERED', 'VCUR_DELIVERED', 'CDIR_DELIVERED'],
    methods({ latitude, longitude }) {
      const turned = declination
        ? `turned from magnetic to true north by the declination of each UTC day (World Magnetic Model) at ${said(latitude, 'degrees north')}, ${said(longitude, 'degrees east')}`
        : 'as the instrument delivers it: true north according to its deployment';
      return [turned, turned, turned, delivered, delivered, delivered];
    },
    compute([east, north, direction], { latitude = Number.NaN, longitude = Number.NaN, depthM = 0 }, timeMs, out) {
      out[3] = east;
      out[4] = north;
      out[5] = direction;
      if (!declination) {
        out[0] = east;
        out[1] = north;
        out[2] = direction;
        return;
      }
      if (Number.isNaN(latitude) || Number.isNaN(longitude)) return;
      const turn = declinationOfDay(latitude, longitude, dayOf(timeMs), depthM);
      const { u, v } = apply_declination(east, north, turn);
      out[0] = u;
      out[1] = v;
      // Rounded here already: 359.996 is north, not 360.
      out[2] = roundedDirection((((direction + turn) % 360) + 360) % 360) % 360;
    },
  };
}

/** A fact as a text; one that is missing is named, since without it there are no values. */
function said(value: number | undefined, unit: string): string {
  return value === undefined ? 'not known (no value is computed)' : `${value} ${unit}`.trimEnd();
}
