/** Numbers side by side whose meaning only the settings, or a header line of the file, can tell. */
import type { RawRun } from '@emso/core';
import { asciiBytes, latin1Text, skipBlanks, startsWith } from '../bytes.ts';
import { scanDecimal, scanned, VALUE } from '../numbers.ts';
import type { PressureScale } from './pressure.ts';

/** What a channel may be; null is present in the line and not published. */
export const CHANNEL_CODES = ['PRES', 'TEMP'] as const;
export type Channel = (typeof CHANNEL_CODES)[number] | null;

const HEADER = asciiBytes('# active channels:');

/**
 * The channels that a `# Active channels: temperature_00|pressure_00` line of the file names, the last such line counting;
 * undefined when there is none, or it names no pressure once.
 */
export function channelsOfHeader(run: RawRun): Channel[] | undefined {
  let channels: Channel[] | undefined;
  for (let i = 0; i < run.count; i++) {
    const at = skipBlanks(run.bytes, run.start[i], run.end[i]);
    if (!startsWith(run.bytes, at, run.end[i], HEADER)) continue;
    const names = latin1Text(run.bytes, at + HEADER.length, run.end[i])
      .trim()
      .split('|');
    channels = names.map(channelOf);
  }
  const once = (code: Channel): boolean => channels?.indexOf(code) === channels?.lastIndexOf(code);
  return channels?.includes('PRES') && CHANNEL_CODES.every(once) ? channels : undefined;
}

/** By the name RBR gives a channel: `pressure_00`, `temperature_00`. */
function channelOf(name: string): Channel {
  const kind = /^([a-z]+)_\d+$/.exec(name.trim())?.[1];
  return kind === 'pressure' ? 'PRES' : kind === 'temperature' ? 'TEMP' : null;
}

/** Reads the number of one channel at `at`; the value, PRES as absolute dbar, is in `channelValue`. −1 when there is none. */
export function scanChannel(
  bytes: Uint8Array,
  at: number,
  stop: number,
  channel: Channel,
  scale: PressureScale,
): number {
  const next = scanDecimal(bytes, at, stop, channel === 'PRES' ? scale.shift : 0);
  channelValue[0] = channel === 'PRES' ? scale.convert(scanned[VALUE]) : scanned[VALUE];
  return Number.isFinite(channelValue[0]) ? next : -1;
}

/** What `scanChannel` found last: read it before the next call. */
export const channelValue = new Float64Array(1);
