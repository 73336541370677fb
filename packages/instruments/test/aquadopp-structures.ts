/** Structures as an Aquadopp would send them, from numbers: what tests damage, nest and put into streams. */
import { ID } from '../src/nortek-aquadopp/structures.ts';

export interface VelocityFields {
  readonly id?: number;
  /** Year, month, day, hour, minute, second: two digits each, written as BCD. */
  readonly clock?: readonly [number, number, number, number, number, number];
  readonly battery?: number;
  readonly soundSpeed?: number;
  readonly heading?: number;
  readonly pitch?: number;
  readonly roll?: number;
  readonly pressure?: number;
  readonly status?: number;
  readonly temperature?: number;
  readonly velocity?: readonly [number, number, number];
  readonly amplitude?: readonly [number, number, number];
}

/** A velocity structure of these counts, or one of the same layout with another id. */
export function velocityStructure(fields: VelocityFields = {}): Uint8Array {
  const [year, month, day, hour, minute, second] = fields.clock ?? [26, 11, 22, 4, 50, 0];
  const bytes = new Uint8Array(42);
  const view = new DataView(bytes.buffer);
  bytes.set([minute, second, day, hour, year, month].map(bcd), 4);
  view.setUint16(14, fields.battery ?? 117, true);
  view.setUint16(16, fields.soundSpeed ?? 15_412, true);
  view.setInt16(18, fields.heading ?? 1234, true);
  view.setInt16(20, fields.pitch ?? 0, true);
  view.setInt16(22, fields.roll ?? 0, true);
  const pressure = fields.pressure ?? 2_500_000;
  bytes[24] = pressure >> 16;
  bytes[25] = fields.status ?? 0x30;
  view.setUint16(26, pressure & 0xffff, true);
  view.setInt16(28, fields.temperature ?? 1350, true);
  (fields.velocity ?? [31, -42, 5]).forEach((count, i) => {
    view.setInt16(30 + 2 * i, count, true);
  });
  bytes.set(fields.amplitude ?? [120, 118, 119], 36);
  return sealed(fields.id ?? ID.velocity, bytes);
}

/** The bytes as a structure: sync, id, size and checksum are written over what stands in their place. */
export function sealed(id: number, bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes[0] = 0xa5;
  bytes[1] = id;
  view.setUint16(2, bytes.length / 2, true);
  let sum = 0xb58c;
  for (let at = 0; at < bytes.length - 2; at += 2) sum += view.getUint16(at, true);
  view.setUint16(bytes.length - 2, sum & 0xffff, true);
  return bytes;
}

/** Byte strings one behind the other. */
export function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function bcd(number: number): number {
  return (Math.floor(number / 10) << 4) | (number % 10);
}
