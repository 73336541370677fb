/**
 * What a golden file's `function` means here: the functions of the seawater package, the declination of the pipeline, and two
 * compositions. Inputs are objects; the files name arguments, our functions order them.
 */
import { declinationDeg } from '@emso/pipeline';
import * as sw from '@emso/seawater';
import { tableAt } from './southern-ocean.ts';

/** A value of a case: null stands for NaN. */
export type Value = number | boolean | string | null | undefined | readonly Value[] | { readonly [key: string]: Value };
/** Arguments by name. */
export type Input = Readonly<Record<string, Value>>;
/** Computes the found value of a case. */
export type GoldenFunction = (input: Input) => Value;

/** Functions that take numbers and give a number, with the names of their arguments in order. */
const PLAIN: Readonly<Record<string, readonly [(...values: number[]) => number, string]>> = {
  SP_from_C: [sw.SP_from_C, 'C t p'],
  C_from_SP: [sw.C_from_SP, 'SP t p'],
  SR_from_SP: [sw.SR_from_SP, 'SP'],
  SAAR: [(p, lon, lat) => sw.SAAR(p, lon, lat, tableAt(lon, lat)), 'p lon lat'],
  SA_from_SP: [(SP, p, lon, lat) => sw.SA_from_SP(SP, p, lon, lat, tableAt(lon, lat)), 'SP p lon lat'],
  CT_from_t: [sw.CT_from_t, 'SA t p'],
  t_from_CT: [sw.t_from_CT, 'SA CT p'],
  pt0_from_t: [sw.pt0_from_t, 'SA t p'],
  pt_from_t: [sw.pt_from_t, 'SA t p p_ref'],
  rho: [sw.rho, 'SA CT p'],
  sigma0: [sw.sigma0, 'SA CT'],
  sound_speed: [sw.sound_speed, 'SA CT p'],
  sound_speed_t_exact: [sw.sound_speed_t_exact, 'SA t p'],
  z_from_p: [sw.z_from_p, 'p lat'],
  p_from_z: [sw.p_from_z, 'z lat'],
  grav: [sw.grav, 'lat p'],
  O2sol_SP_pt: [sw.O2sol_SP_pt, 'SP pt'],
  O2sol: [(SA, CT, p, lon, lat) => sw.O2sol(SA, CT, p, lon, lat, tableAt(lon, lat)), 'SA CT p lon lat'],
  t90_from_t68: [sw.t90_from_t68, 't68'],
  eos80_dens: [sw.eos80_dens, 's t p'],
  eos80_sigma_theta: [sw.eos80_sigma_theta, 's t p'],
  eos80_ptmp: [sw.eos80_ptmp, 's t p pr'],
  eos80_svel: [sw.eos80_svel, 's t p'],
  eos80_depth: [sw.eos80_depth, 'p lat'],
  eos80_adtg: [sw.eos80_adtg, 's t p'],
  eos80_salt: [sw.eos80_salt, 'cndr t p'],
  weiss70_mll: [sw.weiss70_mll, 's t'],
  delgrosso74_wz95: [sw.delgrosso74_wz95, 's t p'],
  gg92_bk_mll: [sw.gg92_bk_mll, 'S T'],
  gg92_cf_mll: [sw.gg92_cf_mll, 'S T'],
  gg92_bk_umolkg: [sw.gg92_bk_umolkg, 'S T'],
  gg92_cf_umolkg: [sw.gg92_cf_umolkg, 'S T'],
  bk84_mgl: [sw.bk84_mgl, 'S T'],
  optode_salinity_comp: [sw.optode_salinity_comp, 'O2 S T S0'],
  optode_pressure_comp: [sw.optode_pressure_comp, 'O2 p'],
  optode_pressure_comp_bittig: [sw.optode_pressure_comp_bittig, 'O2 T p'],
  umolL_to_umolkg: [
    (O2, SP, t, p, lon, lat) => sw.umolL_to_umolkg(O2, SP, t, p, lon, lat, tableAt(lon, lat)),
    'O2 SP t p lon lat',
  ],
  mll_to_umolL: [sw.mll_to_umolL, 'O2'],
  optode_to_umolkg: [
    (O2, SP, t, p, S0, lon, lat) => sw.optode_to_umolkg(O2, SP, t, p, S0, lon, lat, tableAt(lon, lat)),
    'O2 SP t p S0 lon lat',
  ],
  O2_saturation_percent: [
    (O2, SP, t, p, lon, lat) => sw.O2_saturation_percent(O2, SP, t, p, lon, lat, tableAt(lon, lat)),
    'O2_umolkg SP t p lon lat',
  ],
  cstar_transmittance: [sw.cstar_transmittance, 'signal dark ref_clean_water'],
  cstar_beam_c: [sw.cstar_beam_c, 'signal dark ref_clean_water path_m'],
  aquadopp_tilt: [sw.aquadopp_tilt, 'pitch roll'],
};

/** Functions that take or give more than numbers. */
const STRUCTURED: Readonly<Record<string, GoldenFunction>> = {
  optode_svu: (input) => sw.optode_svu(number(input, 'phase'), number(input, 'T'), numbers(input, 'coef')),
  cstar_sbe_M: (input) => {
    const [Tw, W0, Y0, A0, A1, Y1] = ['Tw', 'W0', 'Y0', 'A0', 'A1', 'Y1'].map((name) => number(input, name));
    return sw.cstar_sbe_M(Tw, W0, Y0, A0, A1, Y1);
  },
  aquadopp_beam_to_xyz: (input) => [...sw.aquadopp_beam_to_xyz(numbers(input, 'beam'), numbers(input, 'T'), [0, 0, 0])],
  aquadopp_beam_to_enu: (input) => [
    ...sw.aquadopp_beam_to_enu(
      numbers(input, 'beam'),
      numbers(input, 'T'),
      number(input, 'heading'),
      number(input, 'pitch'),
      number(input, 'roll'),
      truth(input, 'pointing_down'),
    ),
  ],
  speed_direction: (input) => sw.speed_direction(number(input, 'u'), number(input, 'v')),
  apply_declination: (input) =>
    sw.apply_declination(number(input, 'u_mag'), number(input, 'v_mag'), number(input, 'declination_deg_east')),
  declination: (input) =>
    declinationDeg(
      number(input, 'lat'),
      number(input, 'lon'),
      Date.parse(String(input['date'])),
      -1000 * number(input, 'alt_km'),
    ),
  site_chain: (input) => {
    const [C, t, p, lon, lat] = ['C_mScm', 't', 'p', 'lon', 'lat'].map((name) => number(input, name));
    return siteChain(C, t, p, lon, lat);
  },
};

/** Every function a case may name. */
export const FUNCTIONS: ReadonlyMap<string, GoldenFunction> = new Map([
  ...Object.entries(PLAIN).map(([name, [run, names]]): [string, GoldenFunction] => {
    const order = names.split(' ');
    return [name, (input) => run(...order.map((each) => number(input, each)))];
  }),
  ...Object.entries(STRUCTURED),
]);

/** Everything derived from one record of a CTD, as the observatory could publish it on either equation of state. */
function siteChain(C: number, t: number, p: number, lon: number, lat: number): Value {
  const SP = sw.SP_from_C(C, t, p);
  const SA = sw.SA_from_SP(SP, p, lon, lat, tableAt(lon, lat));
  const CT = sw.CT_from_t(SA, t, p);
  return {
    SP,
    SA,
    CT,
    pt0: sw.pt0_from_t(SA, t, p),
    sigma0: sw.sigma0(SA, CT),
    rho: sw.rho(SA, CT, p),
    sound_speed: sw.sound_speed(SA, CT, p),
    depth: -sw.z_from_p(p, lat),
    theta_eos80: sw.eos80_ptmp(SP, t, p, 0),
    sigma_theta_eos80: sw.eos80_sigma_theta(SP, t, p),
    depth_unesco: sw.eos80_depth(p, lat),
  };
}

/** A number as the files write it: null is NaN, infinities are words. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (value === null) return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  return value === 'NaN' ? Number.NaN : undefined;
}

function number(input: Input, name: string): number {
  const value = numberOf(input[name]);
  if (value === undefined) throw new TypeError(`input ${name}: expected a number or null, found ${said(input[name])}`);
  return value;
}

/** A list of numbers; a matrix is read row by row. */
function numbers(input: Input, name: string): number[] {
  const value = input[name];
  if (!Array.isArray(value)) throw new TypeError(`input ${name}: expected an array, found ${said(value)}`);
  return value.flat().map((each: Value, i) => number({ [`${name}[${i}]`]: each }, `${name}[${i}]`));
}

function truth(input: Input, name: string): boolean {
  const value = input[name];
  if (typeof value !== 'boolean') throw new TypeError(`input ${name}: expected true or false, found ${said(value)}`);
  return value;
}

function said(value: Value): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
