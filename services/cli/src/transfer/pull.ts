/** `emso pull`: the nightly transfer from the shore server, and between two of them the files that still grow. */
import { mkdirSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { iso, type PullConfig } from '@emso/core';
import { backoffMs, pause } from '@emso/runtime';
import { type DataRootLock, lockDataRoot } from '@emso/runtime/lock';
import { importFile } from '../chain/import-file.ts';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { siteFileOf } from '../root-site.ts';
import { loadSiteFile } from '../site-file.ts';
import { formatTable } from '../table.ts';
import { nextRun } from './next-run.ts';
import { pullPlaces, TreatedFiles } from './pull-files.ts';
import { followRoot, type PullContext, type PullOutcome, pullRoot } from './pull-root.ts';

export interface PullRequest {
  readonly data: string;
  readonly dir: string;
  readonly once?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly observatory?: string | undefined;
}

/** One source that cannot be had keeps none of the others waiting. */
interface PassReport {
  readonly at: string;
  readonly kind: 'days' | 'follow';
  readonly outcomes: readonly PullOutcome[];
  readonly failures: readonly string[];
}

const WAITING_SHOWN = 10;
const RETRY = { firstMs: 60_000, capMs: 3_600_000 };

/** Pulls once, or until a signal. Throws CommandFailure 2 for a site file without sources, 3 with --once when a source or the writer is away. */
export async function pull(request: PullRequest): Promise<void> {
  const config = await pullConfigOf(request);
  const dir = resolve(request.dir);
  if (`${dir}${sep}`.startsWith(`${resolve(request.data)}${sep}`)) {
    throw new CommandFailure(EXIT.usage, `--dir: expected a directory outside the data root, found ${dir}`);
  }
  mkdirSync(dir, { recursive: true });
  const lock = lockOf(dir);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  try {
    const pass = passes(config, dir, request, stop.signal);
    if (request.once) {
      const reports = [await pass('days'), ...(request.follow ? [await pass('follow')] : [])];
      const failures = reports.flatMap((report) => report.failures);
      if (failures.length > 0) process.exitCode = EXIT.unreachable;
      else if (stop.signal.aborted || reports.some(hasWaiting)) process.exitCode = EXIT.problem;
    } else await repeat(config, request.follow === true, pass, stop.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
    lock.release();
  }
}

function hasWaiting({ kind, outcomes }: PassReport): boolean {
  return kind === 'days' && outcomes.some(({ waiting }) => waiting.length > 0);
}

async function pullConfigOf({ data, observatory }: PullRequest): Promise<PullConfig> {
  const file = await siteFileOf(data, observatory);
  const { pull: config } = loadSiteFile(file);
  if (config === undefined) {
    throw new CommandFailure(
      EXIT.usage,
      `${file}: expected a key 'pull' with sources, found none: see docs/transfer.md`,
    );
  }
  try {
    nextRun(config.at, config.timeZone, 0);
  } catch (error) {
    const text = `${file}: pull.timeZone: expected a time zone that this machine knows, such as Europe/Paris, found '${config.timeZone}'`;
    throw new CommandFailure(EXIT.usage, text, error);
  }
  return config;
}

/** One pass over all sources and roots, reported when it is over. */
function passes(config: PullConfig, dir: string, { data, json }: PullRequest, signal: AbortSignal) {
  const places = pullPlaces(dir, config);
  const treated = new TreatedFiles(places.state);
  let wasThere = false;
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  return async (kind: PassReport['kind']): Promise<PassReport> => {
    const nowMs = Date.now();
    const context: PullContext = {
      places,
      treated,
      since: config.since,
      nowMs,
      signal,
      importFile: async (path) => {
        const report = await importFile(path, data, { fillGaps: false }, wasThere, say);
        wasThere = true;
        return report;
      },
    };
    const outcomes: PullOutcome[] = [];
    const failures: string[] = [];
    for (const source of config.sources) {
      for (const root of source.roots) {
        if (signal.aborted) break;
        try {
          outcomes.push(await (kind === 'days' ? pullRoot : followRoot)(source, root, context));
        } catch (error) {
          if (!signal.aborted) failures.push(`${source.id} ${root}: ${(error as Error).message}`);
        }
      }
    }
    const report = { at: iso(Math.floor(nowMs / 1000) * 1000), kind, outcomes, failures };
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : passText(report));
    for (const failure of failures) process.stderr.write(`emso: ${failure}\n`);
    return report;
  };
}

/** Days that were missed first, then at each time of the schedule; sooner again after a failure. */
async function repeat(
  config: PullConfig,
  follow: boolean,
  pass: (kind: PassReport['kind']) => Promise<PassReport>,
  signal: AbortSignal,
): Promise<void> {
  let failed = 0;
  let daysMs = Date.now();
  let followMs = follow ? daysMs : Number.POSITIVE_INFINITY;
  while (!signal.aborted) {
    if (Date.now() >= daysMs) {
      const { failures } = await pass('days');
      failed = failures.length === 0 ? 0 : failed + 1;
      daysMs = nextRun(config.at, config.timeZone, Date.now());
      if (failed > 0) daysMs = Math.min(daysMs, Date.now() + backoffMs(failed - 1, RETRY));
    }
    if (Date.now() >= followMs && !signal.aborted) {
      await pass('follow');
      followMs = Date.now() + config.followEveryMs;
    }
    const untilMs = Math.max(0, Math.min(daysMs, followMs) - Date.now());
    // Timers take no more than 24 days; a clock that is put right is noticed within a minute.
    await pause(Math.min(untilMs, 60_000), signal);
  }
}

function passText({ at, kind, outcomes }: PassReport): string {
  const heading = [
    kind === 'days' ? at : `${at} follow`,
    'listed',
    'due',
    'equal here',
    'rows',
    'new',
    'treated',
    'waiting',
  ];
  const rows = outcomes.map((each) => [
    `${each.source} ${each.root}`,
    ...[each.listed, each.due, each.fetched, each.rows, each.added, each.treated, each.waiting.length],
  ]);
  const waiting = outcomes.flatMap(({ waiting: own }) => own);
  const more = waiting.length > WAITING_SHOWN ? [`… and ${waiting.length - WAITING_SHOWN} more`] : [];
  const lines = [...waiting.slice(0, WAITING_SHOWN), ...more].map((line) => `  waits: ${line}\n`);
  return formatTable([heading, ...rows]) + lines.join('');
}

function lockOf(dir: string): DataRootLock {
  try {
    return lockDataRoot(dir);
  } catch (error) {
    throw new CommandFailure(EXIT.problem, `--dir: ${(error as Error).message}`, error);
  }
}
