/** From three velocities as the instrument measured them to a current: east, north, up, speed and direction. */
import { type Batch, rounder } from '@emso/core';
import { aquadopp_beam_to_enu, aquadopp_xyz_to_enu, current_direction, current_speed } from '@emso/seawater';
import { CODES, type Settings } from './settings.ts';

/** Writes the current of a row into `place` (columns of `CODES`); angles in degrees, as delivered. */
export type WriteCurrent = (
  batch: Batch,
  place: Int32Array,
  row: number,
  velocity: Float64Array,
  heading: number,
  pitch: number,
  roll: number,
  pointingDown: boolean,
) => void;

/** The head file's integers are counts of this. */
const MATRIX_SCALE = 4096;

const EAST = CODES.indexOf('UCUR');
const NORTH = CODES.indexOf('VCUR');
const UP = CODES.indexOf('WCUR');
const SPEED = CODES.indexOf('CSPD');
const DIRECTION = CODES.indexOf('CDIR');
const round = {
  east: rounder('UCUR'),
  north: rounder('VCUR'),
  up: rounder('WCUR'),
  speed: rounder('CSPD'),
  direction: rounder('CDIR'),
};

/** East, north and up are written as they were delivered; speed and direction are computed from them. */
export const writeDelivered: WriteCurrent = (batch, place, row, velocity) => {
  put(batch, place[EAST], row, velocity[0]);
  put(batch, place[NORTH], row, velocity[1]);
  put(batch, place[UP], row, velocity[2]);
  writeSpeedAndDirection(batch, place, row, velocity[0], velocity[1]);
};

/**
 * How beam or XYZ velocities are turned to east, north and up. Throws for settings that still say `header`, and for beam
 * velocities without a matrix.
 */
export function turningWriter({ coordinateSystem, transformationMatrix }: Settings): WriteCurrent {
  const out = new Float64Array(3);
  if (coordinateSystem === 'XYZ') {
    return (batch, place, row, velocity, heading, pitch, roll, pointingDown) => {
      aquadopp_xyz_to_enu(velocity, heading, pitch, roll, pointingDown, out);
      writeTurned(batch, place, row, out);
    };
  }
  if (coordinateSystem !== 'beam' || !Array.isArray(transformationMatrix)) {
    throw new Error(
      `nortek-aquadopp: expected coordinateSystem beam with the nine integers of a transformationMatrix, found ${coordinateSystem} with ${transformationMatrix ?? 'none'}: read the file's header first, or write them into the settings`,
    );
  }
  const matrix = Float64Array.from(transformationMatrix, (count) => count / MATRIX_SCALE);
  return (batch, place, row, velocity, heading, pitch, roll, pointingDown) => {
    aquadopp_beam_to_enu(velocity, matrix, heading, pitch, roll, pointingDown, out);
    writeTurned(batch, place, row, out);
  };
}

function writeTurned(batch: Batch, place: Int32Array, row: number, enu: Float64Array): void {
  put(batch, place[EAST], row, round.east(enu[0]));
  put(batch, place[NORTH], row, round.north(enu[1]));
  put(batch, place[UP], row, round.up(enu[2]));
  writeSpeedAndDirection(batch, place, row, enu[0], enu[1]);
}

/** The direction is the one that the water flows to. Water that does not flow has none. */
function writeSpeedAndDirection(batch: Batch, place: Int32Array, row: number, east: number, north: number): void {
  const speed = round.speed(current_speed(east, north));
  put(batch, place[SPEED], row, speed);
  if (speed === 0) return;
  const direction = round.direction(current_direction(east, north));
  // A little west of north rounds to a full turn.
  put(batch, place[DIRECTION], row, direction === 360 ? 0 : direction);
}

function put(batch: Batch, column: number, row: number, value: number): void {
  if (column >= 0) batch.values[column][row] = value;
}
