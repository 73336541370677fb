/**
 * The one table: code, unit, digits, names. CSV headers, NetCDF attributes, QC defaults and plots derive from it.
 * `digits` are the decimals in CSV; `type` is the NetCDF type (float32 only where maxAbs × 10^digits < 2^23).
 */
export interface Parameter {
  readonly code: string;
  readonly longName: string;
  /** Unit under the `cf` profile. */
  readonly unit: string;
  readonly digits: number;
  readonly type: 'float' | 'double' | 'int';
  /** CF standard name, only where verified; without one the parameter is technical. */
  readonly standardName?: string;
  /** SeaDataNet P01 term, only where verified. */
  readonly p01?: string;
  /** Its label on the NERC vocabulary server. */
  readonly p01Label?: string;
  /** Scale of a quantity that is defined by one, such as `ITS-90`. */
  readonly referenceScale?: string;
  /** SeaDataNet P06 unit. */
  readonly p06?: string;
  /** P06 unit under the `emso` profile, where it is another one. */
  readonly emsoP06?: string;
  /** SeaDataNet discovery parameter (P02) under which catalogues list it; none for engineering values. */
  readonly p02?: string;
  /** ERDDAP's category. */
  readonly ioosCategory: string;
  /** What any sensor of this kind can physically mean, `[low, high]`, bounds pass: the default fail span of gross range. */
  readonly validRange?: readonly [number, number];
  /** Angles on a circle: no rate, no spike. */
  readonly circular?: boolean;
  /** No standard name or no P01 term: an engineering value, or a quantity whose label nobody has verified. */
  readonly technical: boolean;
}

type Row = [
  code: string,
  unit: string,
  digits: number,
  type: Parameter['type'],
  low: number,
  high: number,
  p06: string,
  longName: string,
  names?: { readonly standardName: string; readonly p01: string },
];

const named = (standardName: string, p01: string) => ({ standardName, p01 });

// Bounds are what the sensor can deliver or the quantity can be, never what is likely at the site: those are QC settings
// of the site file. Where a bound is wider than a data sheet says, it is because that data sheet is not confirmed (C-Star
// and optode counts, phases). CSPD reaches what two components of 3 m/s give.
// biome-ignore format: a table, one parameter a line
const ROWS: readonly Row[] = [
  ['TEMP',       'degC',    4, 'float', -5,     45,    'UPAA', 'sea water temperature, ITS-90', named('sea_water_temperature', 'TEMPST01')],
  ['CNDC',       'S/m',     5, 'float', 0,      7,     'UECA', 'electrical conductivity of sea water', named('sea_water_electrical_conductivity', 'CNDCST01')],
  ['PRES',       'dbar',    3, 'float', -5,     7000,  'UPDB', 'sea pressure, zero at the surface', named('sea_water_pressure_due_to_sea_water', 'PRESPR01')],
  ['PSAL',       '1',       4, 'float', 2,      42,    'UUUU', 'practical salinity, PSS-78', named('sea_water_practical_salinity', 'PSALST01')],
  ['TEMP_POT',   'degC',    4, 'float', -5,     45,    'UPAA', 'potential temperature, reference pressure 0 dbar', named('sea_water_potential_temperature', 'POTMCV01')],
  ['DENS',       'kg m-3',  4, 'float', -10,    60,    'UKMC', 'potential density anomaly, sigma-theta', named('sea_water_sigma_theta', 'SIGTPR01')],
  ['SVEL',       'm s-1',   3, 'float', 1400,   1700,  'UVAA', 'speed of sound in sea water, computed', named('speed_of_sound_in_sea_water', 'SVELCA01')],
  ['DEPH',       'm',       3, 'float', -5,     7000,  'ULAA', 'depth computed from pressure'],
  ['DOXY',       'umol/l',  3, 'float', 0,      1000,  'UPOX', 'dissolved oxygen as the optode delivers it, for its stored salinity', named('mole_concentration_of_dissolved_molecular_oxygen_in_sea_water', 'DOXYZZXX')],
  ['DOXY_COMP',  'umol/l',  3, 'float', 0,      1000,  'UPOX', 'dissolved oxygen, compensated for salinity and pressure'],
  ['DOX1',       'ml/l',    4, 'float', 0,      22.4,  'UMLL', 'dissolved oxygen, volume per volume'],
  ['DOX2',       'umol/kg', 3, 'float', -5,     600,   'KGUM', 'dissolved oxygen per mass of sea water'],
  ['OSAT',       '%',       3, 'float', 0,      200,   'UPCT', 'air saturation of oxygen as the optode delivers it', named('fractional_saturation_of_oxygen_in_sea_water', 'OXYSZZ01')],
  ['DOXY_TEMP',  'degC',    3, 'float', -5,     40,    'UPAA', 'temperature of the oxygen optode'],
  ['ATTN',       'm-1',     3, 'float', -1,     40,    'UPRM', 'beam attenuation relative to clean water', named('volume_beam_attenuation_coefficient_of_radiative_flux_in_sea_water_corrected_for_pure_water_attenuance', 'ATTNZS01')],
  ['UCUR',       'm s-1',   3, 'float', -3,     3,     'UVAA', 'current towards east', named('eastward_sea_water_velocity', 'LCEWZZ01')],
  ['VCUR',       'm s-1',   3, 'float', -3,     3,     'UVAA', 'current towards north', named('northward_sea_water_velocity', 'LCNSZZ01')],
  ['WCUR',       'm s-1',   3, 'float', -3,     3,     'UVAA', 'current upwards'],
  ['CSPD',       'm s-1',   4, 'float', 0,      4.3,   'UVAA', 'current speed', named('sea_water_speed', 'LCSAZZ01')],
  ['CDIR',       'degree',  2, 'float', 0,      360,   'UABB', 'direction the current flows to, clockwise from true north', named('sea_water_velocity_to_direction', 'LCDAAP01')],
  ['UCUR_DELIVERED', 'm s-1', 3, 'float', -3,   3,     'UVAA', 'current towards east as the instrument delivers it, before any correction for declination'],
  ['VCUR_DELIVERED', 'm s-1', 3, 'float', -3,   3,     'UVAA', 'current towards north as the instrument delivers it, before any correction for declination'],
  ['CDIR_DELIVERED', 'degree', 2, 'float', 0,   360,   'UABB', 'direction the current flows to as the instrument delivers it, before any correction for declination'],
  ['TSED',       'mg/l',    3, 'float', 0,      1000,  'UMGL', 'suspended matter, from a regression on beam attenuation'],
  ['HEADING',    'degree',  1, 'float', 0,      360,   'UAAA', 'heading of the instrument'],
  ['PITCH',      'degree',  1, 'float', -90,    90,    'UAAA', 'pitch of the instrument'],
  ['ROLL',       'degree',  1, 'float', -180,   180,   'UAAA', 'roll of the instrument'],
  ['BATTERY',    'V',       1, 'float', 0,      50,    'UVLT', 'supply voltage at the instrument'],
  ['SSPEED',     'm s-1',   1, 'float', 1400,   1700,  'UVAA', 'speed of sound that the instrument used'],
  ['AMP1',       'count',   0, 'int',   0,      255,   'UCNT', 'echo amplitude of beam 1'],
  ['AMP2',       'count',   0, 'int',   0,      255,   'UCNT', 'echo amplitude of beam 2'],
  ['AMP3',       'count',   0, 'int',   0,      255,   'UCNT', 'echo amplitude of beam 3'],
  ['REFCOUNTS',  'count',   0, 'int',   0,      65535, 'UCNT', 'counts of the reference detector'],
  ['SIGCOUNTS',  'count',   0, 'int',   0,      65535, 'UCNT', 'counts of the signal detector'],
  ['CORRCOUNTS', 'count',   0, 'int',   0,      65535, 'UCNT', 'counts of the signal detector, corrected for internal temperature'],
  ['THERMCOUNTS','count',   0, 'int',   0,      65535, 'UCNT', 'counts of the internal thermistor'],
  ['CALPHASE',   'degree',  3, 'float', 10,     70,    'UAAA', 'calibrated phase'],
  ['TCPHASE',    'degree',  3, 'float', -360,   360,   'UAAA', 'temperature compensated phase'],
  ['C1RPH',      'degree',  3, 'float', -360,   360,   'UAAA', 'raw phase, light channel 1'],
  ['C2RPH',      'degree',  3, 'float', -360,   360,   'UAAA', 'raw phase, light channel 2'],
  ['DPHASE',     'degree',  3, 'float', 10,     70,    'UAAA', 'calibrated phase of the older optodes'],
  ['BPHASE',     'degree',  3, 'float', -360,   360,   'UAAA', 'phase with blue excitation'],
  ['RPHASE',     'degree',  3, 'float', -360,   360,   'UAAA', 'phase with red excitation'],
  ['C1AMP',      'mV',      1, 'float', 0,      5000,  '',     'amplitude, light channel 1'],
  ['C2AMP',      'mV',      1, 'float', 0,      5000,  '',     'amplitude, light channel 2'],
  ['BAMP',       'mV',      1, 'float', 0,      5000,  '',     'amplitude with blue excitation'],
  ['RAWTEMP',    'mV',      1, 'float', -5000,  5000,  '',     'raw signal of the temperature sensor'],
];

/** ERDDAP's category and the discovery parameter, by code; engineering values have the category of what they serve. */
const CATEGORIES: readonly (readonly [category: string, p02: string | undefined, codes: string])[] = [
  ['Temperature', 'TEMP', 'TEMP TEMP_POT'],
  ['Temperature', undefined, 'DOXY_TEMP'],
  ['Salinity', 'CNDC', 'CNDC'],
  ['Salinity', 'PSAL', 'PSAL'],
  ['Pressure', 'AHGT', 'PRES'],
  ['Physical Oceanography', 'SIGT', 'DENS'],
  ['Physical Oceanography', 'SVEL', 'SVEL'],
  ['Physical Oceanography', undefined, 'SSPEED'],
  ['Location', undefined, 'DEPH'],
  ['Dissolved O2', 'DOXY', 'DOXY DOXY_COMP DOX1 DOX2 OSAT'],
  ['Dissolved O2', undefined, 'CALPHASE TCPHASE C1RPH C2RPH DPHASE BPHASE RPHASE C1AMP C2AMP BAMP RAWTEMP'],
  ['Optical Properties', 'ATTN', 'ATTN'],
  ['Optical Properties', undefined, 'REFCOUNTS SIGCOUNTS CORRCOUNTS THERMCOUNTS'],
  ['Currents', 'RFVL', 'UCUR VCUR CSPD CDIR UCUR_DELIVERED VCUR_DELIVERED CDIR_DELIVERED'],
  ['Currents', 'LRZA', 'WCUR'],
  ['Total Suspended Matter', 'TSED', 'TSED'],
  ['Other', undefined, 'HEADING PITCH ROLL BATTERY AMP1 AMP2 AMP3'],
];
const CATEGORY_OF: ReadonlyMap<string, { readonly ioosCategory: string; readonly p02?: string }> = new Map(
  CATEGORIES.flatMap(([ioosCategory, p02, codes]) =>
    codes.split(' ').map((code) => [code, { ioosCategory, ...(p02 !== undefined && { p02 }) }] as const),
  ),
);
/** EMSO writes practical salinity in its own unit, CF as a number without one. */
const EMSO_P06: Readonly<Record<string, string>> = { PSAL: 'PSUX' };

/** Scales that the instruments' makers and the equations of the derived parameters state. */
const REFERENCE_SCALE: Readonly<Record<string, string>> = { TEMP: 'ITS-90', PSAL: 'PSS-78' };

const CIRCULAR: ReadonlySet<string> = new Set(['CDIR', 'CDIR_DELIVERED', 'HEADING']);

/** Time stands in the table for its names; it is a coordinate, and no QC span can be set for it. */
const TIME: Parameter = {
  code: 'time',
  longName: 'time, UTC',
  unit: 'seconds since 1970-01-01T00:00:00Z',
  digits: 3,
  type: 'double',
  standardName: 'time',
  p01: 'ELTMEP01',
  p06: 'UTBB',
  ioosCategory: 'Time',
  technical: false,
};

/** Every code of the project, in the order in which a reader expects them. */
export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map([
  [TIME.code, TIME],
  ...ROWS.map((row): [string, Parameter] => [row[0], parameterOfRow(row)]),
]);

/**
 * Rounds a computed value to the digits of the parameter's row, once, so that flags, CSV and NetCDF all see the same number
 * (PROMISE 25). NaN stays NaN, −0 becomes 0. Throws for a code without a row.
 */
export function rounder(code: string): (value: number) => number {
  const parameter = PARAMETERS.get(code);
  if (parameter === undefined) throw new Error(`rounder: expected a code of the parameter table, found '${code}'`);
  const scale = Number(`1e${parameter.digits}`);
  return (value) => Math.round(value * scale) / scale + 0;
}

/** True for a code that a sensor can deliver or a derivation can compute: every row of the table but time. */
export function isMeasured(code: string): boolean {
  return code !== TIME.code && PARAMETERS.has(code);
}

function parameterOfRow([code, unit, digits, type, low, high, p06, longName, names]: Row): Parameter {
  return {
    code,
    longName,
    unit,
    digits,
    type,
    ...names,
    ...(p06 === '' ? {} : { p06 }),
    ...(Object.hasOwn(REFERENCE_SCALE, code) && { referenceScale: REFERENCE_SCALE[code] }),
    ...(Object.hasOwn(EMSO_P06, code) && { emsoP06: EMSO_P06[code] }),
    ...(CATEGORY_OF.get(code) ?? { ioosCategory: 'Other' }),
    validRange: [low, high],
    ...(CIRCULAR.has(code) ? { circular: true } : {}),
    technical: names === undefined,
  };
}
