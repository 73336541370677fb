/**
 * Millions of evaluations per second of the seawater functions on one core, beside the floor: a plain loop over one square root,
 * one exponential and one logarithm per value. `node bench/seawater.ts`; a part of `npm run bench`.
 */
import * as sw from '@emso/seawater';

const VALUES = 4096;
const ROUNDS = 7;
/** How long one round of one function takes at least. */
const ROUND_MS = 60;

/** Columns of a CTD in the deep Mediterranean; a column runs through its range once. */
const column = (from: number, to: number): Float64Array =>
  Float64Array.from({ length: VALUES }, (_, i) => from + (to - from) * ((i * 0.6180339887) % 1));
const C = column(44, 48);
const t = column(12.5, 14.5);
const p = column(0, 2600);
const SP = column(38, 39);
const SA = column(38.2, 39.2);
const CT = column(12.2, 14.2);
const O2 = column(180, 260);
const u = column(-0.4, 0.4);
const v = column(-0.3, 0.5);
const LON = 6.02683;
const LAT = 42.80622;
const SVU = [0.002848, 0.000114, 1.51e-6, 70.42301, -0.10302, -12.9462, 1.265377];
const HEAD = Float64Array.of(2896, 2896, 0, -2896, 2896, 0, -2896, -2896, 5792).map((each) => each / 4096);
const beam = new Float64Array(3);
const out = new Float64Array(3);

/** A sum that nobody reads keeps the engine from leaving the work out. */
let kept = 0;

const FLOOR: [string, (i: number) => number] = [
  'floor: sqrt + exp + log',
  (i) => Math.sqrt(SP[i]) + Math.exp(CT[i] / 40) + Math.log(SA[i]),
];

const FUNCTIONS: readonly [string, (i: number) => number][] = [
  ['SP_from_C', (i) => sw.SP_from_C(C[i], t[i], p[i])],
  ['C_from_SP', (i) => sw.C_from_SP(SP[i], t[i], p[i])],
  ['eos80_dens', (i) => sw.eos80_dens(SP[i], t[i], p[i])],
  ['eos80_ptmp', (i) => sw.eos80_ptmp(SP[i], t[i], p[i])],
  ['eos80_sigma_theta', (i) => sw.eos80_sigma_theta(SP[i], t[i], p[i])],
  ['eos80_svel', (i) => sw.eos80_svel(SP[i], t[i], p[i])],
  ['eos80_depth', (i) => sw.eos80_depth(p[i], LAT)],
  ['SA_from_SP', (i) => sw.SA_from_SP(SP[i], p[i], LON, LAT)],
  ['CT_from_t', (i) => sw.CT_from_t(SA[i], t[i], p[i])],
  ['t_from_CT', (i) => sw.t_from_CT(SA[i], CT[i], p[i])],
  ['pt0_from_t', (i) => sw.pt0_from_t(SA[i], t[i], p[i])],
  ['rho', (i) => sw.rho(SA[i], CT[i], p[i])],
  ['sigma0', (i) => sw.sigma0(SA[i], CT[i])],
  ['sound_speed', (i) => sw.sound_speed(SA[i], CT[i], p[i])],
  ['sound_speed_t_exact', (i) => sw.sound_speed_t_exact(SA[i], t[i], p[i])],
  ['z_from_p', (i) => sw.z_from_p(p[i], LAT)],
  ['p_from_z', (i) => sw.p_from_z(-p[i], LAT)],
  ['gg92_cf_mll', (i) => sw.gg92_cf_mll(SP[i], t[i])],
  ['optode_salinity_comp', (i) => sw.optode_salinity_comp(O2[i], SP[i], t[i], 0)],
  ['optode_svu', (i) => sw.optode_svu(O2[i] / 8, t[i], SVU)],
  ['optode_to_umolkg', (i) => sw.optode_to_umolkg(O2[i], SP[i], t[i], p[i], 0, LON, LAT)],
  ['cstar_beam_c', (i) => sw.cstar_beam_c(O2[i], 50, 300, 0.25)],
  [
    'aquadopp_beam_to_enu',
    (i) => {
      beam[0] = u[i];
      beam[1] = v[i];
      beam[2] = u[i] - v[i];
      return sw.aquadopp_beam_to_enu(beam, HEAD, O2[i], t[i], v[i], true, out)[0];
    },
  ],
  ['current_direction', (i) => sw.current_direction(u[i], v[i])],
  ['apply_declination', (i) => sw.apply_declination(u[i], v[i], 2.5).u],
];

/** One column of values. */
function pass(run: (i: number) => number): void {
  let sum = 0;
  for (let i = 0; i < VALUES; i++) sum += run(i);
  kept += sum;
}

/** Evaluations per second: the median of some rounds, after one that is not counted. */
function rateOf(run: (i: number) => number): number {
  const rates = Array.from({ length: ROUNDS + 1 }, () => {
    const startMs = performance.now();
    let passes = 0;
    let elapsedMs = 0;
    while (elapsedMs < ROUND_MS) {
      pass(run);
      passes++;
      elapsedMs = performance.now() - startMs;
    }
    return (passes * VALUES * 1000) / elapsedMs;
  }).slice(1);
  return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)];
}

const [floorName, floorRun] = FLOOR;
const floor = rateOf(floorRun);
process.stdout.write(`seawater, values one by one; medians of ${ROUNDS} rounds\n`);
process.stdout.write(`  ${floorName.padEnd(24)} ${(floor / 1e6).toFixed(1).padStart(6)} M/s\n`);
for (const [name, run] of FUNCTIONS) {
  const rate = rateOf(run);
  process.stdout.write(
    `  ${name.padEnd(24)} ${(rate / 1e6).toFixed(1).padStart(6)} M/s, 1/${(floor / rate).toFixed(1)} of the floor\n`,
  );
}
if (Number.isNaN(kept)) throw new Error('expected numbers from every function, found NaN: a column is out of range');
