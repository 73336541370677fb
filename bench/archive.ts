/** A generated archive of historical daily files, as large as a busy MicroCAT's month: the same bytes on every machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactDay, parseCompactDay } from '@emso/core';

const FIRST_DAY = parseCompactDay('20190801') as number;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const SECONDS_PER_LINE = 2;
export const LINES_PER_DAY = 86_400 / SECONDS_PER_LINE;

/** Writes `days` files of 43 200 lines under `dir`; returns lines and bytes. */
export function writeArchive(dir: string, days: number): { lines: number; bytes: number } {
  mkdirSync(dir, { recursive: true });
  let bytes = 0;
  for (let day = 0; day < days; day++) {
    const name = compactDay(FIRST_DAY + day);
    const file = dayFile(name, day);
    bytes += file.length;
    writeFileSync(join(dir, `MICROCAT_${name}.dat`), file);
  }
  return { lines: days * LINES_PER_DAY, bytes };
}

function dayFile(date: string, day: number): Buffer {
  const stamp = `${date.slice(6)} ${MONTHS[Number(date.slice(4, 6)) - 1]} ${date.slice(0, 4)}`;
  const rows: string[] = [];
  for (let i = 0; i < LINES_PER_DAY; i++) {
    const second = i * SECONDS_PER_LINE;
    const clock = [second / 3600, (second / 60) % 60, second % 60]
      .map((n) => String(Math.floor(n)).padStart(2, '0'))
      .join(':');
    // Slow sines with a residue that differs from line to line: every digit changes, nothing repeats.
    const phase = (day * LINES_PER_DAY + i) / 9000;
    const wobble = ((i * 7919) % 101) / 101;
    const t = (13.2974 + 0.01 * Math.sin(phase) + 0.0004 * wobble).toFixed(4);
    const c = (3.91051 + 0.001 * Math.sin(phase) + 0.00004 * wobble).toFixed(5);
    const p = (2501.987 + 0.2 * Math.sin(phase * 3) + 0.02 * wobble).toFixed(3);
    const s = (38.4794 + 0.002 * Math.cos(phase) + 0.0003 * wobble).toFixed(4);
    rows.push(
      `${date} ${clock}  ${t.padStart(8)}, ${c.padStart(8)}, ${p.padStart(8)}, ${s.padStart(8)}, ${stamp}, ${clock}\n`,
    );
  }
  return Buffer.from(rows.join(''), 'latin1');
}
