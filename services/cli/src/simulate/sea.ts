/**
 * The water at the interface module, made up: the site's mean values (2 471 m, θ 12.9 °C, S 38.48) with the tide, inertial
 * oscillation and a slow drift on top. A function of time only, so that all simulated sensors see the same sea.
 */

export interface Water {
  readonly temperature: number;
  readonly salinity: number;
  readonly pressureDbar: number;
  /** S/m, consistent with the three above. */
  readonly conductivity: number;
  /** What an optode with salinity setting 0 delivers, µmol/l. */
  readonly oxygen: number;
  /** Beam attenuation relative to clean water, 1/m. */
  readonly attenuation: number;
  /** Current towards true east and north, m/s. */
  readonly east: number;
  readonly north: number;
}

const HOUR_MS = 3_600_000;
const M2_HOURS = 12.4206;
const INERTIAL_HOURS = 17.6;
const SEASON_HOURS = 90 * 24;

/** The mean point around which conductivity is linearised: PSS-78 gives salinity 38.48 for it. */
const MEAN = { temperature: 13.29, salinity: 38.48, pressureDbar: 2505.6, conductivity: 4.59963 };
/** PSS-78 slopes there: S/m per °C, per salinity unit, per dbar. Within 1e-5 S/m over the range that occurs here. */
const SLOPE = { temperature: 0.10513, salinity: 0.1059, pressureDbar: 4.043e-5 };

/** The water at an instant, epoch ms UTC. */
export function waterAt(timeMs: number): Water {
  const tide = wave(timeMs, M2_HOURS, 0);
  const inertial = wave(timeMs, INERTIAL_HOURS, 1.1);
  const season = wave(timeMs, SEASON_HOURS, 0.4);
  const temperature = MEAN.temperature + 0.004 * inertial + 0.006 * season;
  const salinity = MEAN.salinity + 0.0008 * inertial + 0.0015 * season;
  const pressureDbar = MEAN.pressureDbar + 0.1 * tide;
  return {
    temperature,
    salinity,
    pressureDbar,
    conductivity: conductivityOf(temperature, salinity, pressureDbar),
    oxygen: 236 + 1.5 * inertial + 2 * season,
    attenuation: 0.03 + 0.008 * tide + 0.01 * season,
    // A slow stream along the slope; the inertial part turns clockwise, as it does north of the equator.
    east: -0.03 + 0.02 * inertial,
    north: -0.02 + 0.02 * wave(timeMs, INERTIAL_HOURS, 1.1 + Math.PI / 2),
  };
}

/** S/m, linear around the mean point. */
export function conductivityOf(temperature: number, salinity: number, pressureDbar: number): number {
  return (
    MEAN.conductivity +
    SLOPE.temperature * (temperature - MEAN.temperature) +
    SLOPE.salinity * (salinity - MEAN.salinity) +
    SLOPE.pressureDbar * (pressureDbar - MEAN.pressureDbar)
  );
}

function wave(timeMs: number, periodHours: number, phase: number): number {
  return Math.sin((2 * Math.PI * timeMs) / (periodHours * HOUR_MS) + phase);
}
