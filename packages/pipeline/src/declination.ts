/**
 * Magnetic declination from the World Magnetic Model (library `geomagnetism`). Which edition holds is decided by the date of the
 * record, never by the clock; where one edition follows another the declination takes a step, at the site of up to 0.13 degrees.
 */
import geomagnetism from 'geomagnetism';

const DAY_MS = 86_400_000;
/** Of the editions in the library: the first one's first day, and the last one's last. */
const FIRST_MS = Date.UTC(2014, 11, 16);
const LAST_MS = Date.UTC(2029, 10, 12);
const YEAR_MS = 365.25 * DAY_MS;
/** Days and places whose declination is remembered: a mooring's levels over a year. */
const REMEMBERED = 4096;
const ofDay = new Map<string, number>();

/**
 * Degrees from true to magnetic north, positive east, at a place, an instant and a depth in m below the surface; rounded to 0.01,
 * a fortieth of what the model is sure of. Before the first edition and after the last one the field keeps that edition's rate of
 * change: a newer library will say better, and then the derivation's version rises. NaN where an argument is missing or no place.
 */
export function declinationDeg(latitude: number, longitude: number, timeMs: number, depthM: number): number {
  if (
    !(
      Math.abs(latitude) <= 90 &&
      Math.abs(longitude) <= 360 &&
      Math.abs(timeMs) <= 8.64e15 &&
      Math.abs(depthM) <= 20_000
    )
  ) {
    return Number.NaN;
  }
  const insideMs = Math.min(Math.max(timeMs, FIRST_MS), LAST_MS);
  let degrees = modelled(latitude, longitude, insideMs, depthM);
  if (timeMs !== insideMs) {
    const rate = shortWay(
      degrees - modelled(latitude, longitude, insideMs - YEAR_MS * Math.sign(timeMs - insideMs), depthM),
    );
    degrees += (rate * Math.abs(timeMs - insideMs)) / YEAR_MS;
  }
  // 0 added, so that a rounded -0.004 is 0.
  return Math.round(shortWay(degrees) * 100) / 100 + 0;
}

/** The declination that holds for a whole UTC day (days since 1970): that of its noon. Remembered, since every record of the day asks. */
export function declinationOfDay(latitude: number, longitude: number, day: number, depthM: number): number {
  const key = `${latitude} ${longitude} ${day} ${depthM}`;
  const known = ofDay.get(key);
  if (known !== undefined) return known;
  const degrees = declinationDeg(latitude, longitude, (day + 0.5) * DAY_MS, depthM);
  if (ofDay.size >= REMEMBERED) ofDay.clear();
  ofDay.set(key, degrees);
  return degrees;
}

function modelled(latitude: number, longitude: number, timeMs: number, depthM: number): number {
  return geomagnetism.model(new Date(timeMs)).point([latitude, longitude, -depthM / 1000]).decl;
}

/** An angle in [-180, 180). */
function shortWay(degrees: number): number {
  return degrees - 360 * Math.floor((degrees + 180) / 360);
}
