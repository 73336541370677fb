/** Velocity structures of an Aquadopp for tests of what carries them: real but for the heading, whose two bytes a test chooses. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sealed } from '../../packages/instruments/test/aquadopp-structures.ts';

const CAPTURE = path.resolve(
  import.meta.dirname,
  '../../packages/instruments/src/nortek-aquadopp/fixtures/diagnostics-and-a-bad-checksum/input.bin',
);
const BYTES = 42;
const HEADING_AT = 18;
const VELOCITY = 0x01;

/** Settings under which they decode. */
export const BINARY_SETTINGS = { layout: 'binary', coordinateSystem: 'ENU', velocityScale: 0.001 } as const;

/** The first structure of the capture with this heading (low byte first), and the checksum that belongs to it. */
export function aquadoppStructure(heading: number): Uint8Array {
  const bytes = Uint8Array.from(readFileSync(CAPTURE).subarray(0, BYTES));
  new DataView(bytes.buffer).setUint16(HEADING_AT, heading, true);
  return sealed(VELOCITY, bytes);
}
