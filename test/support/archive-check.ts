/**
 * The archive against the sender's own log, exactly: what was archived must be what was sent, in that order, with nothing left
 * out but lines that may be lost. No times are compared, so that clock steps do not matter.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KIND, type RawRun } from '@emso/core';
import { mergeRuns, type SensorPlan } from '@emso/pipeline';
import { canonicalOrder, parseRawFile } from '@emso/products';
import { findRawFiles } from '../../services/cli/src/reprocess/inventory.ts';
import type { WitnessEntry } from '../../services/cli/src/simulate/witness.ts';

/** A stretch of lines that left the box and never reached the archive. */
export interface Loss {
  /** Indices in the log, [from, to). */
  readonly from: number;
  readonly to: number;
  /** Places in what was archived of the lines around it; −1 and the length at the ends. */
  readonly before: number;
  readonly after: number;
}

interface Match {
  readonly at: number;
  readonly previous: Match | undefined;
}

/**
 * How `archived` comes from `sent` by leaving out only entries that `mayBeLost` (told the place of the next archived line): the
 * stretches that were left out. Throws at the first line that cannot be explained. Instruments repeat themselves, so every explanation is followed at once.
 */
export function lossesOf(
  sent: readonly Pick<WitnessEntry, 'latin1' | 'atMs' | 'heard'>[],
  archived: readonly string[],
  mayBeLost: (entry: Pick<WitnessEntry, 'atMs' | 'heard'>, after: number) => boolean,
): Loss[] {
  let open: (Match | undefined)[] = [undefined];
  const nextOf = (match: Match | undefined): number => (match === undefined ? 0 : match.at + 1);
  archived.forEach((text, i) => {
    const following = new Map<number, Match>();
    for (const match of open) {
      for (let at = nextOf(match); at < sent.length; at++) {
        if (sent[at].latin1 === text && !following.has(at)) following.set(at, { at, previous: match });
        if (!mayBeLost(sent[at], i)) break;
      }
    }
    if (following.size === 0) {
      const at = Math.max(...open.map(nextOf));
      throw new Error(
        `archived line ${i} ${JSON.stringify(text)}: not sent, sent in another order, or one that may not be lost is missing; ` +
          `the log goes on with line ${at} ${JSON.stringify(sent[at] ?? 'nothing')} at ${new Date(sent[at]?.atMs ?? 0).toISOString()}`,
      );
    }
    open = [...following.values()];
  });
  const atEnd = (entry: (typeof sent)[number]): boolean => mayBeLost(entry, archived.length);
  const last = open.find((match) => sent.slice(nextOf(match)).every(atEnd));
  if (last === undefined && !(open.includes(undefined) && sent.every(atEnd))) {
    const at = sent.findIndex((entry, i) => i >= Math.max(...open.map(nextOf)) && !atEnd(entry));
    throw new Error(`the archive ends early: line ${at} ${JSON.stringify(sent[at])} is missing at its end`);
  }
  const matched: number[] = [];
  for (let match = last; match !== undefined; match = match.previous) matched.push(match.at);
  matched.reverse();
  const losses: Loss[] = [];
  for (let i = 0; i <= matched.length; i++) {
    const from = i === 0 ? 0 : matched[i - 1] + 1;
    const to = i === matched.length ? sent.length : matched[i];
    if (to > from) losses.push({ from, to, before: i - 1, after: i });
  }
  return losses;
}

export interface ArchivedRecord {
  readonly session: string;
  readonly seq: number;
  readonly receivedMs: number;
  readonly kind: number;
  /** Payload, one character a byte. */
  readonly text: string;
}

/** Every record of a sensor's archive but imports, once, by session (a later start of the acquirer sorts later) and seq. */
export async function archivedRecords(dataDir: string, plan: SensorPlan): Promise<ArchivedRecord[]> {
  const run = await archivedRun(dataDir, plan);
  const { order, conflicts } = canonicalOrder(run);
  if (conflicts.length > 0) throw new Error(`${plan.sensor.id}: one id with different bytes: ${conflicts[0].id}`);
  return [...order]
    .filter((i) => run.kind[i] !== KIND.import)
    .map((i) => ({
      session: run.sessions[run.session[i]],
      seq: run.seq[i],
      receivedMs: run.received[i],
      kind: run.kind[i],
      text: Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1'),
    }))
    .sort((a, b) => (a.session === b.session ? a.seq - b.seq : a.session < b.session ? -1 : 1));
}

/** All raw rows of a sensor, as the files have them. */
export async function archivedRun(dataDir: string, plan: SensorPlan): Promise<RawRun> {
  const { files } = await findRawFiles(path.join(dataDir, 'raw'), [plan]);
  return mergeRuns((files.get(plan) ?? []).map((file) => parseRawFile(readFileSync(file.path)).run));
}

/** Ids of the rows that stand more than once, word for word, in a sensor's archive: the disk holds each row once. */
export async function doubledRows(dataDir: string, plan: SensorPlan): Promise<string[]> {
  const run = await archivedRun(dataDir, plan);
  const seen = new Set<string>();
  const doubled: string[] = [];
  for (let i = 0; i < run.count; i++) {
    const id = run.importId.get(i) ?? `${run.sessions[run.session[i]]}/${run.seq[i]}`;
    if (seen.has(id)) doubled.push(id);
    seen.add(id);
  }
  return doubled;
}
