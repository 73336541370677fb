/** `emso deliver`: gives each target what it does not have yet, and keeps a receipt for every file. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DeliveryConfig, iso, type Observatory } from '@emso/core';
import { DELIVERIES } from '@emso/products';
import { backoffMs, pause } from '@emso/runtime';
import { makeDirectory, readIfThere, writeAtomic } from '@emso/runtime/files';
import { type DataRootLock, lockDataRoot } from '@emso/runtime/lock';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { startProgress } from '../progress.ts';
import { siteFileOf } from '../root-site.ts';
import { loadSiteFile } from '../site-file.ts';
import { sha256Of } from '../snapshot/frozen-files.ts';
import { formatTable } from '../table.ts';
import { Receipts, receiptsPath, type WantedFile, wantedFiles } from './delivery-files.ts';
import { destinationOf, senderOf } from './send.ts';

export interface DeliverRequest {
  readonly data: string;
  readonly observatory?: string | undefined;
  /** Say what would be sent, and send nothing. */
  readonly dryRun?: boolean | undefined;
  /** Again and again with so many seconds between; once where absent. */
  readonly every?: number | undefined;
}

/** Files sent in one go: one connection, and a receipt soon after. */
const BUNDLE = 50;
/** Copies that are being sent; what a killed delivery left is removed by the next one. */
const OUTBOX = '.outbox-';
/** How often a bundle is tried, and the pauses between. */
const ATTEMPTS = 3;
const RETRY = { firstMs: 2000, capMs: 60_000 };
/** Without an end, a target that is away is asked again after at most so long. */
const AWAY = { firstMs: 60_000, capMs: 3_600_000 };

interface Delivered {
  readonly target: string;
  readonly wanted: number;
  readonly sent: number;
  readonly waiting: number;
  readonly error: string | undefined;
}

/** Delivers to the targets, or to all of the site file. Throws CommandFailure 2 for one that it does not know; sets exit code 1 when anything waits, 3 when a target was away. */
export async function deliver(targets: readonly string[], request: DeliverRequest): Promise<void> {
  const file = await siteFileOf(request.data, request.observatory);
  const observatory = loadSiteFile(file);
  const chosen = chosenOf(observatory.deliveries ?? [], targets, file);
  mkdirSync(join(request.data, DELIVERIES), { recursive: true });
  const lock = lockOf(join(request.data, DELIVERIES));
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  try {
    for (const name of readdirSync(join(request.data, DELIVERIES)))
      if (name.startsWith(OUTBOX)) rmSync(join(request.data, DELIVERIES, name), { recursive: true });
    for (let failed = 0; ; ) {
      const done: Delivered[] = [];
      for (const target of chosen) done.push(await deliverTo(target, observatory, request, stop.signal));
      process.stdout.write(doneText(done, request.dryRun === true));
      const away = done.some(({ error }) => error !== undefined);
      if (request.every === undefined) {
        if (away) process.exitCode = EXIT.unreachable;
        else if (!request.dryRun && done.some(({ waiting }) => waiting > 0)) process.exitCode = EXIT.problem;
        return;
      }
      failed = away ? failed + 1 : 0;
      const everyMs = 1000 * request.every;
      await pause(away ? Math.min(everyMs, backoffMs(failed - 1, AWAY)) : everyMs, stop.signal);
      if (stop.signal.aborted) return;
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
    lock.release();
  }
}

function chosenOf(all: readonly DeliveryConfig[], targets: readonly string[], file: string): readonly DeliveryConfig[] {
  if (all.length === 0) {
    throw new CommandFailure(
      EXIT.usage,
      `${file}: expected a key 'deliveries' with targets, found none: see docs/transfer.md`,
    );
  }
  if (targets.length === 0) return all;
  return targets.map((target) => {
    const found = all.find(({ id }) => id === target);
    if (found !== undefined) return found;
    throw new CommandFailure(
      EXIT.usage,
      `target: expected one of ${all.map(({ id }) => id).join(', ')}, found '${target}'`,
    );
  });
}

async function deliverTo(
  delivery: DeliveryConfig,
  observatory: Observatory,
  { data, dryRun }: DeliverRequest,
  signal: AbortSignal,
): Promise<Delivered> {
  const receipts = new Receipts(receiptsPath(data, delivery.id));
  const due: WantedFile[] = [];
  let wanted = 0;
  for await (const file of wantedFiles(data, observatory, delivery)) {
    wanted++;
    if (!receipts.has(file)) due.push(file);
  }
  if (dryRun) {
    for (const { path } of due) process.stdout.write(`${delivery.id}: ${path}\n`);
    return { target: delivery.id, wanted, sent: 0, waiting: due.length, error: undefined };
  }
  let sent = 0;
  let error: string | undefined;
  const progress = startProgress(`files to ${delivery.id}`, due.length);
  try {
    for (let at = 0; at < due.length && !signal.aborted; at += BUNDLE) {
      const bundle = due.slice(at, at + BUNDLE);
      const arrived = await sendBundle(delivery, data, bundle, signal);
      await receipts.add(arrived.map((file) => ({ at: now(), to: destinationOf(delivery), ...file })));
      sent += arrived.length;
      for (const _ of bundle) progress.step();
    }
  } catch (fault) {
    error = (fault as Error).message;
  } finally {
    progress.stop();
  }
  const waiting = due.length - sent;
  await receipts.noteAttempt({ at: now(), attempt: { sent, waiting, ...(error !== undefined && { error }) } });
  return { target: delivery.id, wanted, sent, waiting, error };
}

/**
 * Sends copies: the writer replaces files at any time, and a receipt must be about the bytes that were sent. A file that is no more
 * what was wanted is left for the next time. Tries again while the target is away; throws the last fault.
 */
async function sendBundle(
  delivery: DeliveryConfig,
  data: string,
  bundle: readonly WantedFile[],
  signal: AbortSignal,
): Promise<WantedFile[]> {
  const outbox = await mkdtemp(join(data, DELIVERIES, OUTBOX));
  try {
    const frozen: WantedFile[] = [];
    for (const file of bundle) {
      const bytes = await readIfThere(join(data, file.path));
      if (bytes === undefined || sha256Of(bytes) !== file.sha256) continue;
      await makeDirectory(dirname(join(outbox, file.path)));
      await writeAtomic(join(outbox, file.path), bytes, { fsync: false });
      frozen.push(file);
    }
    if (frozen.length === 0) return [];
    const send = senderOf(delivery);
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(outbox, frozen, signal);
      } catch (fault) {
        if (attempt === ATTEMPTS || signal.aborted) throw fault;
        await pause(backoffMs(attempt - 1, RETRY), signal);
      }
    }
  } finally {
    await rm(outbox, { recursive: true, force: true });
  }
}

function doneText(done: readonly Delivered[], dryRun: boolean): string {
  const heading = ['target', 'files', dryRun ? 'would be sent' : 'sent', 'waiting'];
  const rows = done.map(({ target, wanted, sent, waiting }) => [target, wanted, dryRun ? waiting : sent, waiting]);
  const errors = done.flatMap(({ target, error }) => (error === undefined ? [] : [`  ${target}: ${error}\n`]));
  return formatTable([heading, ...rows]) + errors.join('');
}

function now(): string {
  return iso(Math.floor(Date.now() / 1000) * 1000);
}

function lockOf(dir: string): DataRootLock {
  try {
    return lockDataRoot(dir);
  } catch (error) {
    throw new CommandFailure(EXIT.problem, `${DELIVERIES}: ${(error as Error).message}`, error);
  }
}
