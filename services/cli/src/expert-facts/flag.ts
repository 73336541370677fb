/** `emso flag`: appends what a person decided about values, or its withdrawal, and shows what was decided. */
import {
  dayOf,
  type ExpertFacts,
  type ExpertFlag,
  type FactText,
  flagsInForce,
  iso,
  isoDay,
  parseIso,
  readFlag,
} from '@emso/core';
import { expertFaults, flagText, planObservatory } from '@emso/pipeline';
import { appendFact, expertFilesOf, readExpertFacts } from '@emso/runtime/expert-files';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { loadSiteFile } from '../site-file.ts';
import { formatTable } from '../table.ts';

export interface FlagRequest {
  readonly sensor: string;
  readonly from: string;
  readonly to: string;
  readonly codes: readonly string[];
  readonly flag: number;
}

interface Signed {
  readonly by: string;
  readonly why: string;
}

/** Appends a flag. Throws CommandFailure 2 with what was expected when the site has no such sensor or parameter, or the fact is none. */
export function addFlag(siteFile: string, request: FlagRequest, { by, why }: Signed): void {
  const { sensor, codes, flag } = request;
  const fact = {
    at: iso(Date.now()),
    by,
    why,
    sensor,
    from: written(request.from),
    to: written(request.to),
    codes,
    flag,
  };
  const line = append(siteFile, fact);
  const added = flagsInForce(readFacts(siteFile)).find((each) => each.line === line);
  process.stdout.write(`line ${line} of ${expertFilesOf(siteFile).flags}: ${words(added!)}\n`);
  process.stdout.write(WHAT_NEXT);
}

/** Appends the withdrawal of the flag in line `withdraw`. */
export function withdrawFlag(siteFile: string, withdraw: number, { by, why }: Signed): void {
  const meant = flagsInForce(readFacts(siteFile)).find((each) => each.line === withdraw);
  const line = append(siteFile, { at: iso(Date.now()), by, why, withdraw });
  process.stdout.write(
    `line ${line} of ${expertFilesOf(siteFile).flags}: line ${withdraw} is withdrawn (${words(meant!)})\n`,
  );
  process.stdout.write(WHAT_NEXT);
}

/** Prints every decision, those about one sensor when it is named, and whether it holds. */
export function listFlags(siteFile: string, sensor: string | undefined, json: boolean): void {
  const facts = readFacts(siteFile);
  const inForce = new Set(flagsInForce(facts).map(({ line }) => line));
  const withdrawnBy = new Map(facts.flatMap((fact) => ('withdraw' in fact ? [[fact.withdraw, fact] as const] : [])));
  const flags = facts.filter((fact): fact is ExpertFlag => !('withdraw' in fact));
  const shown = flags.filter((fact) => sensor === undefined || fact.sensor === sensor);
  if (json) {
    for (const { at, from, to, own: _own, ...fact } of shown) {
      const times = { at: iso(at), from: iso(from), to: iso(to) };
      process.stdout.write(`${JSON.stringify({ ...fact, ...times, inForce: inForce.has(fact.line) })}\n`);
    }
    return;
  }
  const rows = shown.map(({ line, sensor, from, to, codes, flag, by, at, why }) => {
    const withdrawal = withdrawnBy.get(line);
    const note = withdrawal === undefined ? why : `${why} (withdrawn in line ${withdrawal.line}: ${withdrawal.why})`;
    return [line, sensor, iso(from), iso(to), codes.join(','), flag, `${by}, ${isoDay(dayOf(at))}`, note];
  });
  const heading = ['line', 'sensor', 'from', 'to', 'parameters', 'flag', 'by', 'why'];
  process.stdout.write(rows.length === 0 ? 'no expert flags\n' : formatTable([heading, ...rows]));
}

const WHAT_NEXT = `Services read it when they start: restart qc and writer. Open days are then rebuilt; sealed days wait for
emso seal --data <data root> --stale. emso reprocess takes it at once.
`;

/** Checks a fact as the next start will, and appends it. */
function append(siteFile: string, fact: FactText): number {
  const site = planObservatory(loadSiteFile(siteFile));
  const before = readFacts(siteFile);
  const line = before.length + 1;
  // Read as the next start will: nothing is accepted here that is refused there.
  const { flag, faults } = readFlag({ line, own: '', value: fact }, before);
  const found = flag === undefined || faults.length > 0 ? faults : expertFaults(site, [...before, flag]);
  // Faults of other lines are why somebody is here to withdraw them.
  const own = found.filter((fault) => fault.line === line);
  if (own.length > 0) throw new CommandFailure(EXIT.usage, own.map(({ message }) => message).join('\n'));
  return appendFact(expertFilesOf(siteFile).flags, fact);
}

/** A time as it stands in the file; one that is none stays as it was typed, and is refused with the rest. */
function written(time: string): string {
  const ms = parseIso(time);
  return ms === undefined ? time : iso(ms);
}

function words({ sensor, from, to, codes, flag }: ExpertFlag): string {
  return `${sensor} ${codes.join(',')} from ${iso(from)} to ${iso(to)} is ${flagText(flag)}`;
}

function readFacts(siteFile: string): ExpertFacts['flags'] {
  // Not what only the site file can tell: a flag of a sensor that is gone is withdrawn by this very command.
  const { facts, faults } = readExpertFacts(siteFile);
  if (faults.length > 0) throw new CommandFailure(EXIT.usage, faults.join('\n'));
  return facts.flags;
}
