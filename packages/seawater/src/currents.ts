/**
 * Currents: from the beams of a Nortek Aquadopp to its own axes and to east, north, up (Nortek support, "coordinate
 * transforms"); speed, direction, and true instead of magnetic north. Angles in degrees, positive as the instrument gives them.
 */
import { finite } from './finite.ts';

/** A 3 × 3 matrix, row by row. */
export type Matrix3 = ArrayLike<number>;
/** What a transform writes into; by default an array of its own. */
export type Vector3 = number[] | Float64Array;

const RADIANS = Math.PI / 180;

/** Instrument axes from beams, with the matrix of the head configuration over 4096, whichever way the instrument looks. */
export function aquadopp_beam_to_xyz(beam: ArrayLike<number>, T: Matrix3, out: Vector3 = [0, 0, 0]): Vector3 {
  const [a, b, c] = [beam[0], beam[1], beam[2]];
  for (let row = 0; row < 3; row++) out[row] = finite(T[3 * row] * a + T[3 * row + 1] * b + T[3 * row + 2] * c);
  return out;
}

/** Beams from instrument axes; NaN where the matrix cannot be inverted. */
export function aquadopp_xyz_to_beam(xyz: ArrayLike<number>, T: Matrix3, out: Vector3 = [0, 0, 0]): Vector3 {
  const [x, y, z] = [xyz[0], xyz[1], xyz[2]];
  const [a, b, c, d, e, f, g, h, i] = [T[0], T[1], T[2], T[3], T[4], T[5], T[6], T[7], T[8]];
  const determinant = a * (e * i - f * h) + b * (f * g - d * i) + c * (d * h - e * g);
  out[0] = finite(((e * i - f * h) * x + (c * h - b * i) * y + (b * f - c * e) * z) / determinant);
  out[1] = finite(((f * g - d * i) * x + (a * i - c * g) * y + (c * d - a * f) * z) / determinant);
  out[2] = finite(((d * h - e * g) * x + (b * g - a * h) * y + (a * e - b * d) * z) / determinant);
  return out;
}

/** East, north, up from beams. North is the compass's: apply_declination makes it true. `pointingDown` is bit 0 of the status. */
export function aquadopp_beam_to_enu(
  beam: ArrayLike<number>,
  T: Matrix3,
  heading: number,
  pitch: number,
  roll: number,
  pointingDown: boolean,
  out: Vector3 = [0, 0, 0],
): Vector3 {
  return aquadopp_xyz_to_enu(aquadopp_beam_to_xyz(beam, T, out), heading, pitch, roll, pointingDown, out);
}

/** East, north, up from instrument axes. An instrument that points down has its second and third axes reversed. */
export function aquadopp_xyz_to_enu(
  xyz: ArrayLike<number>,
  heading: number,
  pitch: number,
  roll: number,
  pointingDown: boolean,
  out: Vector3 = [0, 0, 0],
): Vector3 {
  const x = xyz[0];
  const y = pointingDown ? -xyz[1] : xyz[1];
  const z = pointingDown ? -xyz[2] : xyz[2];
  const sinP = Math.sin(pitch * RADIANS);
  const cosP = Math.cos(pitch * RADIANS);
  const sinR = Math.sin(roll * RADIANS);
  const cosR = Math.cos(roll * RADIANS);
  const sinH = Math.sin((heading - 90) * RADIANS);
  const cosH = Math.cos((heading - 90) * RADIANS);
  const forward = cosP * x - sinP * (sinR * y + cosR * z);
  const aside = cosR * y - sinR * z;
  out[0] = finite(cosH * forward + sinH * aside);
  out[1] = finite(cosH * aside - sinH * forward);
  out[2] = finite(sinP * x + cosP * (sinR * y + cosR * z));
  return out;
}

/** Instrument axes from east, north, up: the inverse of aquadopp_xyz_to_enu. */
export function aquadopp_enu_to_xyz(
  enu: ArrayLike<number>,
  heading: number,
  pitch: number,
  roll: number,
  pointingDown: boolean,
  out: Vector3 = [0, 0, 0],
): Vector3 {
  const sinP = Math.sin(pitch * RADIANS);
  const cosP = Math.cos(pitch * RADIANS);
  const sinR = Math.sin(roll * RADIANS);
  const cosR = Math.cos(roll * RADIANS);
  const sinH = Math.sin((heading - 90) * RADIANS);
  const cosH = Math.cos((heading - 90) * RADIANS);
  const forward = cosH * enu[0] - sinH * enu[1];
  const aside = sinH * enu[0] + cosH * enu[1];
  const up = enu[2];
  const sign = pointingDown ? -1 : 1;
  const y = cosR * aside + sinR * (cosP * up - sinP * forward);
  const z = cosR * (cosP * up - sinP * forward) - sinR * aside;
  out[0] = finite(cosP * forward + sinP * up);
  out[1] = finite(sign * y);
  out[2] = finite(sign * z);
  return out;
}

/** Angle of the instrument's axis from the vertical, degrees: acos(cos pitch cos roll), written so that small angles keep their digits. */
export function aquadopp_tilt(pitch: number, roll: number): number {
  const sinP = Math.sin(pitch * RADIANS);
  const cosP = Math.cos(pitch * RADIANS);
  const sinR = Math.sin(roll * RADIANS);
  const across = Math.sqrt(sinP * sinP + cosP * cosP * sinR * sinR);
  return finite(Math.atan2(across, cosP * Math.cos(roll * RADIANS)) / RADIANS);
}

/** Speed of a current, in the unit of its components. */
export function current_speed(u: number, v: number): number {
  return finite(Math.sqrt(u * u + v * v));
}

/** Direction *towards* which a current with an eastward and a northward component flows: 0 is north, 90 east. Still water has none: NaN. */
export function current_direction(u: number, v: number): number {
  return u === 0 && v === 0 ? Number.NaN : fullCircle(Math.atan2(u, v) / RADIANS);
}

/** Speed and direction of a current. */
export function speed_direction(u: number, v: number): { speed: number; direction: number } {
  return { speed: current_speed(u, v), direction: current_direction(u, v) };
}

/** A current against true north, from one against magnetic north and the declination in degrees, positive east. */
export function apply_declination(
  u_mag: number,
  v_mag: number,
  declination_deg_east: number,
): { u: number; v: number; direction: number } {
  const sine = Math.sin(declination_deg_east * RADIANS);
  const cosine = Math.cos(declination_deg_east * RADIANS);
  return {
    u: finite(u_mag * cosine + v_mag * sine),
    v: finite(v_mag * cosine - u_mag * sine),
    direction: fullCircle(current_direction(u_mag, v_mag) + declination_deg_east),
  };
}

/** An angle in [0, 360). */
function fullCircle(degrees: number): number {
  const rest = degrees % 360;
  const turned = rest < 0 ? rest + 360 : rest;
  // The sum may round up to a full turn, and -0 is 0.
  return turned >= 360 ? 0 : turned + 0;
}
