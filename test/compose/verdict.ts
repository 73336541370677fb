/** What a deployment has on its disks at the end, against a rebuild and against what the boxes sent. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { KIND } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import { reprocess } from '../../services/cli/src/reprocess/reprocess.ts';
import { readWitness } from '../../services/cli/src/simulate/witness.ts';
import { archivedRecords, doubledRows, lossesOf } from '../support/archive-check.ts';
import { filesBelow, productDifferences } from '../support/trees.ts';
import { run } from './engine.ts';
import type { Project } from './project.ts';

/** When the acquirer was not there to hear its boxes. */
export interface Away {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The settings of production stand: an open day's NetCDF may be a minute old, its copy on the NAS another one. */
const EQUAL_WITHIN_MS = 120_000;

interface JetStreamState {
  readonly account_details?: {
    readonly stream_detail: {
      readonly consumer_detail?: { readonly num_pending: number; readonly num_ack_pending: number }[];
    }[];
  }[];
}

/** True when the broker has nothing more to deliver to anybody, and no answer outstanding. */
export async function isQuiet(project: Project): Promise<boolean> {
  const [{ address }] = await project.containers('nats');
  const response = await fetch(`http://${address}:8222/jsz?streams=true&consumers=true`);
  const { account_details: accounts = [] } = (await response.json()) as JetStreamState;
  const consumers = accounts
    .flatMap((account) => account.stream_detail)
    .flatMap((stream) => stream.consumer_detail ?? []);
  return consumers.length > 0 && consumers.every((each) => each.num_pending === 0 && each.num_ack_pending === 0);
}

/** Copies the data volume to a directory below `dir`, and returns it. A container need not run for that. */
export async function copyOfData(project: Project, dir: string): Promise<string> {
  const to = path.join(dir, 'data');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  const [{ id }] = await project.containers('writer');
  await run('docker', ['cp', `${id}:/srv/emso/data/.`, to]);
  return to;
}

/** Copies and rebuilds until the live files are equal; returns how many. Throws with what still differs. */
export async function untilRebuilt(project: Project, site: string, dir: string): Promise<number> {
  const deadlineMs = performance.now() + EQUAL_WITHIN_MS;
  for (;;) {
    const data = await copyOfData(project, dir);
    const out = path.join(dir, 'rebuilt');
    rmSync(out, { recursive: true, force: true });
    await reprocess({ raw: path.join(data, 'raw'), out, observatory: site, workers: 1, form: 'open' });
    const differences = productDifferences(data, out);
    const files = filesBelow(out).length;
    if (differences.length === 0 && files > 0) return files;
    if (performance.now() > deadlineMs) throw new Error(`live and rebuilt differ:\n${differences.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Waits until the copies on the NAS are what the data volume has, and returns how many. Throws with what differs. */
export async function untilPublished(project: Project, nas: string, dir: string): Promise<number> {
  const deadlineMs = performance.now() + EQUAL_WITHIN_MS;
  for (;;) {
    const data = await copyOfData(project, dir);
    const differences = productDifferences(data, nas);
    const files = filesBelow(path.join(nas, 'csv')).length;
    if (differences.length === 0 && files > 0) return files;
    if (performance.now() > deadlineMs) throw new Error(`data and NAS differ:\n${differences.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/**
 * One line on a sensor: what was sent, archived, lost. Throws when a line was lost although the acquirer was there, stands twice,
 * or was never sent.
 */
export async function lossesWhileAway(
  plan: SensorPlan,
  data: string,
  logDir: string,
  away: readonly Away[],
): Promise<string> {
  const { id } = plan.sensor;
  const sent = readWitness(path.join(logDir, `${id}.jsonl`));
  const lines = (await archivedRecords(data, plan))
    .filter(({ kind }) => kind === KIND.line)
    .map(({ text }) => `${text}\n`);
  const doubled = await doubledRows(data, plan);
  if (doubled.length > 0) throw new Error(`${id}: rows that stand twice: ${doubled.slice(0, 5).join(', ')}`);
  const mayBeLost = ({ atMs, heard }: { atMs: number; heard: boolean }): boolean =>
    !heard || away.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
  const lost = lossesOf(sent, lines, mayBeLost).reduce((sum, { from, to }) => sum + to - from, 0);
  return `${id}: ${sent.length} sent, ${lines.length} archived, ${lost} sent while the acquirer was away, none twice`;
}
