/**
 * Units as UDUNITS reads them, as far as oceanographic files use it: products and quotients of prefixed units with whole
 * exponents, `degC` and `since`. What it cannot read UDUNITS may still read; what it reads, UDUNITS reads the same.
 */

/** A unit as a factor to SI and the exponents of m, kg, s, K, mol, A. Angles, counts and ratios have none. */
export interface Unit {
  readonly scale: number;
  readonly powers: readonly number[];
}

const ONE: Unit = { scale: 1, powers: [0, 0, 0, 0, 0, 0] };
const si = (scale: number, m = 0, kg = 0, s = 0, k = 0, mol = 0, a = 0): Unit => ({
  scale,
  powers: [m, kg, s, k, mol, a],
});
const DEGREE = Math.PI / 180;

/** Units that take a prefix, by symbol and name. */
// biome-ignore format: a table
const UNITS: Readonly<Record<string, Unit>> = {
  m: si(1, 1), meter: si(1, 1), metre: si(1, 1), meters: si(1, 1), metres: si(1, 1),
  g: si(0.001, 0, 1), gram: si(0.001, 0, 1), grams: si(0.001, 0, 1),
  s: si(1, 0, 0, 1), sec: si(1, 0, 0, 1), second: si(1, 0, 0, 1), seconds: si(1, 0, 0, 1),
  K: si(1, 0, 0, 0, 1), kelvin: si(1, 0, 0, 0, 1), degK: si(1, 0, 0, 0, 1),
  mol: si(1, 0, 0, 0, 0, 1), mole: si(1, 0, 0, 0, 0, 1), moles: si(1, 0, 0, 0, 0, 1),
  A: si(1, 0, 0, 0, 0, 0, 1), ampere: si(1, 0, 0, 0, 0, 0, 1),
  V: si(1, 2, 1, -3, 0, 0, -1), volt: si(1, 2, 1, -3, 0, 0, -1), volts: si(1, 2, 1, -3, 0, 0, -1),
  S: si(1, -2, -1, 3, 0, 0, 2), siemens: si(1, -2, -1, 3, 0, 0, 2),
  Pa: si(1, -1, 1, -2), pascal: si(1, -1, 1, -2), bar: si(1e5, -1, 1, -2), bars: si(1e5, -1, 1, -2),
  N: si(1, 1, 1, -2), J: si(1, 2, 1, -2), W: si(1, 2, 1, -3), Hz: si(1, 0, 0, -1), hertz: si(1, 0, 0, -1),
  l: si(0.001, 3), L: si(0.001, 3), liter: si(0.001, 3), litre: si(0.001, 3),
};

/** Units that take none. */
// biome-ignore format: a table
const PLAIN: Readonly<Record<string, Unit>> = {
  '%': si(0.01), percent: si(0.01), count: ONE, counts: ONE, radian: ONE, radians: ONE, rad: ONE,
  degree: si(DEGREE), degrees: si(DEGREE), arc_degree: si(DEGREE), angular_degree: si(DEGREE),
  degree_true: si(DEGREE), degrees_true: si(DEGREE),
  degree_north: si(DEGREE), degrees_north: si(DEGREE), degree_N: si(DEGREE), degrees_N: si(DEGREE), degreeN: si(DEGREE), degreesN: si(DEGREE),
  degree_east: si(DEGREE), degrees_east: si(DEGREE), degree_E: si(DEGREE), degrees_E: si(DEGREE), degreeE: si(DEGREE), degreesE: si(DEGREE),
  degC: si(1, 0, 0, 0, 1), deg_C: si(1, 0, 0, 0, 1), degree_C: si(1, 0, 0, 0, 1), degrees_C: si(1, 0, 0, 0, 1),
  celsius: si(1, 0, 0, 0, 1), Celsius: si(1, 0, 0, 0, 1), degree_Celsius: si(1, 0, 0, 0, 1), degrees_Celsius: si(1, 0, 0, 0, 1),
  degree_celsius: si(1, 0, 0, 0, 1), degrees_celsius: si(1, 0, 0, 0, 1), '°C': si(1, 0, 0, 0, 1), '°': si(DEGREE),
  min: si(60, 0, 0, 1), minute: si(60, 0, 0, 1), minutes: si(60, 0, 0, 1),
  h: si(3600, 0, 0, 1), hr: si(3600, 0, 0, 1), hour: si(3600, 0, 0, 1), hours: si(3600, 0, 0, 1),
  d: si(86_400, 0, 0, 1), day: si(86_400, 0, 0, 1), days: si(86_400, 0, 0, 1),
  psi: si(6894.757, -1, 1, -2), atm: si(101_325, -1, 1, -2),
};

// biome-ignore format: a table
const PREFIXES: readonly (readonly [prefix: string, scale: number])[] = [
  ['kilo', 1e3], ['hecto', 100], ['deci', 0.1], ['centi', 0.01], ['milli', 1e-3], ['micro', 1e-6], ['nano', 1e-9], ['mega', 1e6],
  ['G', 1e9], ['M', 1e6], ['k', 1e3], ['h', 100], ['da', 10], ['d', 0.1], ['c', 0.01], ['m', 1e-3], ['u', 1e-6], ['µ', 1e-6],
  ['μ', 1e-6], ['n', 1e-9], ['p', 1e-12],
];

const FACTOR = /^(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|([A-Za-zµμ°%][A-Za-z_µμ°%]*?)(?:\^?([+-]?\d))?)(?=[\s./*]|$)/u;

/** A unit text as a value; undefined for what this reader does not know. `1` and the empty text are the number one. */
export function parseUnit(text: string): Unit | undefined {
  let rest = text.trim();
  let unit = ONE;
  let sign = 1;
  while (rest !== '') {
    const match = FACTOR.exec(rest);
    if (match === null) return undefined;
    const factor = match[1] === undefined ? named(match[2]) : { ...ONE, scale: Number(match[1]) };
    if (factor === undefined) return undefined;
    unit = times(unit, factor, sign * Number(match[3] ?? 1));
    rest = rest.slice(match[0].length);
    const joint = /^(?:\s*([/*.])\s*|\s+)(?=\S)/.exec(rest);
    if (joint === null) return rest === '' ? unit : undefined;
    // In UDUNITS a quotient takes one factor: `m/s kg` is m·kg/s.
    sign = joint[1] === '/' ? -1 : 1;
    rest = rest.slice(joint[0].length);
  }
  return unit;
}

function named(name: string): Unit | undefined {
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name];
  if (Object.hasOwn(UNITS, name)) return UNITS[name];
  for (const [prefix, scale] of PREFIXES) {
    const rest = name.slice(prefix.length);
    if (name.startsWith(prefix) && Object.hasOwn(UNITS, rest))
      return { ...UNITS[rest], scale: UNITS[rest].scale * scale };
  }
  return undefined;
}

function times(a: Unit, b: Unit, exponent: number): Unit {
  let scale = a.scale;
  for (let i = 0; i < Math.abs(exponent); i++) scale = exponent > 0 ? scale * b.scale : scale / b.scale;
  return { scale, powers: a.powers.map((power, i) => power + exponent * b.powers[i]) };
}

/** True when a value in one unit can be told in the other. */
export function areConvertible(a: Unit, b: Unit): boolean {
  return a.powers.every((power, i) => power === b.powers[i]);
}

/** True when both are the same unit in two spellings. */
export function areEqual(a: Unit, b: Unit): boolean {
  return areConvertible(a, b) && Math.abs(a.scale - b.scale) <= 1e-9 * Math.abs(a.scale);
}

const SINCE =
  /^(\S+)\s+since\s+(-?\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d+)?)?\s*(Z|UTC|[+-]\d{1,2}:?\d{0,2})?)?$/i;

/** A unit of time since an instant: milliseconds per unit, and that instant as epoch ms. Offsets other than UTC are refused. */
export function parseTimeUnit(text: string): { readonly unitMs: number; readonly epochMs: number } | undefined {
  const match = SINCE.exec(text.trim());
  if (match === null) return undefined;
  const [, name, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const unit = parseUnit(name);
  if (unit === undefined || !areConvertible(unit, UNITS.s)) return undefined;
  if (!/^(Z|UTC|[+-]0{1,2}:?0{0,2})$/i.test(zone)) return undefined;
  const epochMs =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) +
    Number(fraction) * 1000;
  return { unitMs: unit.scale * 1000, epochMs };
}
