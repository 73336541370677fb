/**
 * Lines as the instruments write them, for when the public captures have run out: the column style of each model, the
 * values of `sea.ts`, noise from a seeded sequence. Nothing here is measured, and the log says so (`generated`).
 */
import type { Random } from './random.ts';
import { noise } from './random.ts';
import { conductivityOf, waterAt } from './sea.ts';

/** The line of an instant (epoch ms UTC, the instrument's own clock), without its line end. */
export type LineGenerator = (clockMs: number) => string;

type Settings = Readonly<Record<string, unknown>>;

/** What this simulator can speak. */
const GENERATORS: Readonly<Record<string, (settings: Settings, random: Random) => LineGenerator>> = {
  'aanderaa-optode': optode,
  'nortek-aquadopp': aquadopp,
  'sbe37-microcat': microcat,
  'seafloor-pressure': digiquartz,
  'wetlabs-cstar': cstar,
};

export const SIMULATED_MODELS: readonly string[] = Object.keys(GENERATORS);

/** A generator for one sensor. Throws when the model, or a setting that decides the columns, is not known here. */
export function lineGenerator(model: string, settings: Settings, random: Random): LineGenerator {
  const generator = GENERATORS[model];
  if (generator === undefined) {
    throw new Error(`simulator: expected one of the models ${SIMULATED_MODELS.join(', ')}, found '${model}'`);
  }
  return generator(settings, random);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const CONDUCTIVITY: Readonly<Record<string, { perSiemensPerMetre: number; digits: number }>> = {
  'S/m': { perSiemensPerMetre: 1, digits: 5 },
  'mS/cm': { perSiemensPerMetre: 10, digits: 4 },
  'uS/cm': { perSiemensPerMetre: 10_000, digits: 1 },
};

/** The only set-up a MicroCAT is simulated with; the site's. */
const SIMULATED_SET_UP = { outputFormat: 1, addressed: false, temperatureUnit: 'degC', pressureUnit: 'dbar' };

/** OutputFormat 1: the fields of the settings in their order, then date and time of the instrument's clock. */
function microcat(settings: Settings, random: Random): LineGenerator {
  const fields = (settings['fields'] ?? ['TEMP', 'CNDC', 'PRES']) as readonly (string | null)[];
  const unitName = String(settings['conductivityUnit'] ?? 'S/m');
  const unit = CONDUCTIVITY[unitName];
  if (unit === undefined)
    throw new Error(`simulator: expected S/m, mS/cm or uS/cm, found conductivityUnit '${unitName}'`);
  for (const [key, value] of Object.entries(SIMULATED_SET_UP)) {
    const found = settings[key] ?? value;
    if (found !== value) throw new Error(`simulator: expected a MicroCAT with ${key} ${value}, found ${found}`);
  }
  const known = ['TEMP', 'CNDC', 'PRES', 'PSAL'];
  const strange = fields.find((field) => !known.includes(String(field)));
  if (strange !== undefined) {
    throw new Error(`simulator: expected MicroCAT fields ${known.join(', ')}, found '${strange}'`);
  }
  return (clockMs) => {
    const water = waterAt(clockMs);
    const temperature = water.temperature + noise(random, 0.0004);
    const salinity = water.salinity + noise(random, 0.0003);
    const pressure = water.pressureDbar + noise(random, 0.01);
    const column: Record<string, string> = {
      TEMP: temperature.toFixed(4),
      CNDC: (conductivityOf(temperature, salinity, pressure) * unit.perSiemensPerMetre).toFixed(unit.digits),
      PRES: pressure.toFixed(3),
      PSAL: salinity.toFixed(4),
    };
    const texts = fields.map((field, i) => column[String(field)].padStart(i === 0 ? 10 : 9));
    const clock = new Date(clockMs);
    const day = `${String(clock.getUTCDate()).padStart(2, '0')} ${MONTHS[clock.getUTCMonth()]} ${clock.getUTCFullYear()}`;
    return `${texts.join(',')}, ${day}, ${clock.toISOString().slice(11, 19)}`;
  };
}

/** Air saturation in percent per µmol/l as delivered, at the mean temperature, and its relative change per °C. */
const SATURATION = { percentPerMicromolar: 0.30595, perDegree: 0.0215, temperature: 13.29 };

/** Text disabled: model, serial number, the three results and the seven raw values, a tab between. */
function optode(_settings: Settings, random: Random): LineGenerator {
  return (clockMs) => {
    const water = waterAt(clockMs);
    const temperature = water.temperature + noise(random, 0.001);
    const oxygen = water.oxygen + noise(random, 0.06);
    const warmth = 1 + SATURATION.perDegree * (temperature - SATURATION.temperature);
    const phase = 37.1 - 0.06 * (oxygen - 236) + noise(random, 0.002);
    const c2Phase = 8.4 + noise(random, 0.001);
    const columns = [
      oxygen.toFixed(3),
      (oxygen * SATURATION.percentPerMicromolar * warmth).toFixed(3),
      temperature.toFixed(3),
      phase.toFixed(3),
      phase.toFixed(3),
      (phase + c2Phase).toFixed(3),
      c2Phase.toFixed(3),
      (738.5 + noise(random, 0.4)).toFixed(1),
      (795 + noise(random, 0.7)).toFixed(1),
      (676.1 - 29.7 * temperature).toFixed(1),
    ];
    // The unit of the capture, so that the stream stays that of one instrument.
    return `4831\t379\t${columns.join('\t')}`;
  };
}

/** Counts with the beam blocked (assumed), path in m, and clean-water counts chosen so that the recorded line fits them. */
const BEAM = { dark: 60, pathM: 0.25, cleanSpan: 15_384.6 };

/** Serial number, reference, signal and corrected counts, beam c, thermistor counts. */
function cstar(_settings: Settings, random: Random): LineGenerator {
  return (clockMs) => {
    const attenuation = waterAt(clockMs).attenuation + noise(random, 0.001);
    const corrected = Math.round(BEAM.dark + BEAM.cleanSpan * Math.exp(-attenuation * BEAM.pathM));
    const beamC = -Math.log((corrected - BEAM.dark) / BEAM.cleanSpan) / BEAM.pathM;
    const reference = Math.round(11_531 + noise(random, 2));
    const thermistor = Math.round(544 + noise(random, 0.4));
    return `CST-2405PR\t${reference}\t${corrected - 3}\t${corrected}\t${beamC.toFixed(3)}\t${thermistor}`;
  };
}

/** Declination that the simulated compass sees, degrees east: what the instrument delivers is turned by it. */
const DECLINATION_DEGREES = 3;

/** Text of 27 columns, US date order, velocities relative to magnetic north. */
function aquadopp(settings: Settings, random: Random): LineGenerator {
  const { layout = 'ascii-27', coordinateSystem = 'ENU' } = settings;
  if (layout !== 'ascii-27' || coordinateSystem !== 'ENU') {
    throw new Error(
      `simulator: expected an Aquadopp with layout ascii-27 and coordinateSystem ENU, found ${layout} and ${coordinateSystem}`,
    );
  }
  const turn = (DECLINATION_DEGREES * Math.PI) / 180;
  return (clockMs) => {
    const water = waterAt(clockMs);
    const east = water.east * Math.cos(turn) - water.north * Math.sin(turn) + noise(random, 0.002);
    const north = water.east * Math.sin(turn) + water.north * Math.cos(turn) + noise(random, 0.002);
    const direction = ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
    const clock = new Date(clockMs).toISOString();
    const date = [clock.slice(5, 7), clock.slice(8, 10), clock.slice(0, 4), clock.slice(11, 13), clock.slice(14, 16)];
    const columns: [text: string, width: number][] = [
      [east.toFixed(3), 9],
      [north.toFixed(3), 9],
      [noise(random, 0.003).toFixed(3), 9],
      ...[41, 39, 40].map((amplitude): [string, number] => [String(Math.round(amplitude + noise(random, 1))), 6]),
      ['12.1', 6],
      ['1546.9', 7],
      ['1546.8', 7],
      [(101.3 + noise(random, 0.2)).toFixed(1), 6],
      [(1.2 + noise(random, 0.1)).toFixed(1), 6],
      [(-0.8 + noise(random, 0.1)).toFixed(1), 6],
      [(water.pressureDbar + noise(random, 0.05)).toFixed(3), 9],
      [(water.pressureDbar * 0.98619 + noise(random, 0.05)).toFixed(3), 9],
      [(water.temperature + noise(random, 0.01)).toFixed(2), 7],
      ['0', 6],
      ['0', 6],
      [Math.sqrt(east * east + north * north).toFixed(3), 9],
      [direction.toFixed(2), 9],
    ];
    const text = columns.map(([value, width]) => value.padStart(width)).join('');
    return `${date.join(' ')} ${clock.slice(17, 19)} 00000000 00110000${text}`;
  };
}

/** Reply of a Digiquartz at address 1 to the host: psi, air included. */
function digiquartz(settings: Settings, random: Random): LineGenerator {
  const { grammar = 'digiquartz', pressureUnit = 'psi' } = settings;
  if (grammar !== 'digiquartz' || pressureUnit !== 'psi') {
    throw new Error(`simulator: expected grammar digiquartz in psi, found ${grammar} in ${pressureUnit}`);
  }
  return (clockMs) => {
    const absoluteDbar = waterAt(clockMs).pressureDbar + 10.1325 + noise(random, 0.002);
    return `*0001${(absoluteDbar / 0.6894757).toFixed(4)}`;
  };
}
