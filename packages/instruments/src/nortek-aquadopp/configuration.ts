/** What the configuration structures at the beginning of a file (`.aqd`) say, for settings that ask with the word `header`. */
import type { RawRun } from '@emso/core';
import type { FileHeader } from '../define.ts';
import type { Settings } from './settings.ts';
import { ID, isStructure } from './structures.ts';

/** By number, as the user configuration has it. */
const COORDINATE_SYSTEMS = ['ENU', 'XYZ', 'beam'] as const;
/** Bit of the mode word that is set when a count is 0.1 mm/s. */
const FINE_VELOCITY = 1 << 4;

/**
 * The settings with every `header` replaced by what the first user configuration and the first head configuration of the
 * file say. Throws when the file has no such structure, or one that says something unknown.
 */
export function readConfiguration(run: RawRun, settings: Settings): FileHeader<Settings> {
  const { coordinateSystem, velocityScale, transformationMatrix } = settings;
  return {
    settings: {
      ...settings,
      ...(coordinateSystem === 'header' ? { coordinateSystem: readCoordinateSystem(run) } : {}),
      ...(velocityScale === 'header' ? { velocityScale: readVelocityScale(run) } : {}),
      ...(transformationMatrix === 'header' ? { transformationMatrix: readMatrix(run) } : {}),
    },
  };
}

function readCoordinateSystem(run: RawRun): 'ENU' | 'XYZ' | 'beam' {
  const at = offsetOf(run, ID.userConfiguration, 'coordinateSystem', 'user configuration (A5 00)');
  const number = word(run, at + 32);
  const system = COORDINATE_SYSTEMS[number];
  if (system === undefined) {
    throw new Error(
      `nortek-aquadopp: expected coordinate system 0, 1 or 2 in the user configuration at offset ${at + 32}, found ${number}: write coordinateSystem into the settings`,
    );
  }
  return system;
}

function readVelocityScale(run: RawRun): 0.001 | 0.0001 {
  const at = offsetOf(run, ID.userConfiguration, 'velocityScale', 'user configuration (A5 00)');
  return (word(run, at + 58) & FINE_VELOCITY) === 0 ? 0.001 : 0.0001;
}

function readMatrix(run: RawRun): number[] {
  const at = offsetOf(run, ID.headConfiguration, 'transformationMatrix', 'head configuration (A5 04)');
  return Array.from({ length: 9 }, (_, i) => (word(run, at + 30 + 2 * i) << 16) >> 16);
}

/** Where the file's first structure of this id begins. */
function offsetOf(run: RawRun, id: number, setting: string, name: string): number {
  for (let i = 0; i < run.count; i++) {
    if (run.bytes[run.start[i] + 1] === id && isStructure(run.bytes, run.start[i], run.end[i])) return run.start[i];
  }
  throw new Error(
    `nortek-aquadopp: expected a ${name} in the file, which ${setting} is to be read from, found none among its ${run.count} records: write ${setting} into the settings`,
  );
}

function word(run: RawRun, at: number): number {
  return run.bytes[at] | (run.bytes[at + 1] << 8);
}
