/**
 * Who says what after a demonstration: the simulator's own log on one side, the raw files and the products on the other.
 * The chain's counters are not asked.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KIND, type RawRun } from '@emso/core';
import { mergeRuns, type SensorPlan } from '@emso/pipeline';
import { decodeManifest, parseRawFile, productPaths } from '@emso/products';
import { findRawFiles } from '../reprocess/inventory.ts';
import { readWitness, type WitnessEntry } from '../simulate/witness.ts';

export interface Account {
  readonly sent: number;
  /** Lines of which every byte stands in the raw archive, in order. */
  readonly archived: number;
  readonly decoded: number;
  readonly ignored: number;
  readonly rejected: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** The account of one sensor. `dataDir` is the data root, `logDir` the simulator's. */
export async function accountOf(plan: SensorPlan, dataDir: string, logDir: string): Promise<Account> {
  const entries = readWitness(join(logDir, `${plan.sensor.id}.jsonl`)).filter((entry) => entry.heard);
  const { files } = await findRawFiles(join(dataDir, 'raw'), [plan]);
  const own = files.get(plan) ?? [];
  const runs = own.map((file) => parseRawFile(readFileSync(file.path)).run);
  const matched = matchBytes(entries, runs.length === 0 ? Buffer.alloc(0) : bytesOf(mergeRuns(runs)));
  const sum = { decoded: 0, ignored: 0, rejected: 0 };
  for (const { day } of own) {
    const { content } = decodeManifest(readFileSync(join(dataDir, productPaths(plan.sensor, day).manifest), 'utf8'));
    const csv = readFileSync(join(dataDir, content.files.csv.path), 'utf8');
    sum.decoded += csv.split('\n').length - 2;
    sum.ignored += content.ignored;
    sum.rejected += Object.values(content.rejections).reduce((a, b) => a + b, 0);
  }
  return { sent: entries.length, ...matched, ...sum };
}

/** Lines of the log found in the archive's bytes, in order; bytes of the archive that no line of the log explains are duplicates. */
export function matchBytes(
  entries: readonly WitnessEntry[],
  raw: Buffer,
): { archived: number; lost: number; duplicated: number } {
  let archived = 0;
  let duplicated = 0;
  let at = 0;
  for (const { latin1 } of entries) {
    const bytes = Buffer.from(latin1, 'latin1');
    const found = raw.indexOf(bytes, at);
    if (found < 0) continue;
    archived++;
    if (found > at) duplicated += linesIn(raw.subarray(at, found));
    at = found + bytes.length;
  }
  if (at < raw.length) duplicated += linesIn(raw.subarray(at));
  return { archived, lost: entries.length - archived, duplicated };
}

function linesIn(bytes: Buffer): number {
  let lines = 1;
  for (let i = 0; i < bytes.length - 1; i++) if (bytes[i] === 0x0a) lines++;
  return lines;
}

/** Every byte that came over the wire, as the raw archive has it: the line feed that `line` implies put back. */
export function bytesOf(run: RawRun): Buffer {
  const parts: Uint8Array[] = [];
  const lineFeed = Buffer.from('\n');
  for (let i = 0; i < run.count; i++) {
    if (run.kind[i] === KIND.event || run.kind[i] === KIND.import) continue;
    parts.push(run.bytes.subarray(run.start[i], run.end[i]));
    if (run.kind[i] === KIND.line) parts.push(lineFeed);
  }
  return Buffer.concat(parts);
}
