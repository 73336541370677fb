/**
 * What people decided about values, laid over what the tests said. Pure, and called alike by the fast path, by every rebuild and
 * for donors: the flags of a day follow from its rows and the facts in force. `build` does not know of them, or every fact would
 * make the whole archive stale; the digest of a day's facts stands in its manifest instead.
 */
import { createHash } from 'node:crypto';
import {
  type Batch,
  DAY_MS,
  dayOf,
  type ExpertFacts,
  type ExpertFlag,
  FLAG_MEANINGS,
  FLAG_VALUES,
  type Flag,
  firstRowFrom,
  flagsInForce,
  iso,
  isoDay,
  type LineFault,
  type QcVerdict,
  type QualifiedObservation,
  type Release,
  type VerdictMessage,
} from '@emso/core';
import type { DayForm } from './day.ts';
import { donorPlans } from './donors.ts';
import type { ObservatoryPlan, SensorPlan } from './plan.ts';
import { daysInReach } from './touched-days.ts';

/**
 * Writes the flags of `facts`, later ones over earlier ones, into `batch.flags`. Rows must be in order of time. A missing value stays
 * missing, whatever is said of it: a flag cannot give a number back.
 */
export function applyExpertFlags(batch: Batch, facts: readonly ExpertFlag[]): void {
  for (const { from, to, codes, flag } of facts) {
    const first = firstRowFrom(batch, from);
    const end = firstRowFrom(batch, to);
    for (const code of codes) {
      const column = batch.codes.indexOf(code);
      if (column < 0) continue;
      const values = batch.values[column];
      const flags = batch.flags[column];
      for (let row = first; row < end; row++) if (!Number.isNaN(values[row])) flags[row] = flag;
    }
  }
}

/**
 * A message of the fast path with the flags of the facts in the place of the tests' answers, which stay beside them. Its stamp says
 * that they are in it: a writer that started with other facts takes its day from the raw archive instead.
 */
export function withExpertFlags({ build, stamp, expertFlags }: SensorPlan, message: VerdictMessage): VerdictMessage {
  if (expertFlags.length === 0) return message;
  const rows = message.rows.map((row): QualifiedObservation => {
    const ruling = expertFlags.filter(({ from, to }) => row.timeMs >= from && row.timeMs < to);
    if (ruling.length === 0) return row;
    const verdicts = Object.entries(row.verdicts).map(([code, verdict]): [string, QcVerdict] => {
      const last = ruling.findLast((fact) => fact.codes.includes(code));
      if (last === undefined || row.values[code] === undefined) return [code, verdict];
      return [code, { ...verdict, flag: last.flag, expert: last.line }];
    });
    return { ...row, verdicts: Object.fromEntries(verdicts) };
  });
  return { ...message, build: message.build === build ? stamp : `${message.build}/${stamp}`, rows };
}

/** The facts that concern any time of a day. */
export function expertFlagsOfDay({ expertFlags }: SensorPlan, day: number): ExpertFlag[] {
  return expertFlags.filter(({ from, to }) => from < (day + 1) * DAY_MS && to > day * DAY_MS);
}

/**
 * The digest of the facts that a day's files are made with; undefined when there are none. A sealed day takes good values from
 * donors: what was said of those within reach is part of it.
 */
export function expertDigest(plan: SensorPlan, day: number, form: DayForm): string | undefined {
  const lines = expertFlagsOfDay(plan, day).map(({ own }) => own);
  if (form === 'sealed') {
    for (const donor of donorPlans(plan)) {
      const facts = new Set(daysInReach(donor, day).flatMap((each) => expertFlagsOfDay(donor, each)));
      for (const { own, line } of [...facts].sort((a, b) => a.line - b.line))
        lines.push(`${donor.sensor.id} ${own} ${line}`);
    }
  }
  return lines.length === 0 ? undefined : createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** What the messages of the fast path are stamped with: the build and, where there are any, the facts that a service started with. */
export function stampOf(build: string, facts: readonly ExpertFlag[]): string {
  if (facts.length === 0) return build;
  const lines = facts.map(({ own }) => own).join('\n');
  return `${build}+${createHash('sha256').update(lines).digest('hex').slice(0, 12)}`;
}

/** The facts of a day in words, for the metadata of its files. */
export function expertNotes(plan: SensorPlan, day: number): string[] {
  return expertFlagsOfDay(plan, day).map(({ from, to, codes, flag, why, by, at }) => {
    const who = `${by}, ${isoDay(dayOf(at))}`;
    return `${iso(from)}/${iso(to)} ${codes.join(' ')}: ${flagText(flag)}, ${why} (${who})`;
  });
}

/** `4 (bad_data)`. */
export function flagText(flag: Flag): string {
  return `${flag} (${FLAG_MEANINGS[FLAG_VALUES.indexOf(flag)]})`;
}

/** A plan with other facts than it was made with, its donors too: what a release knew may be less than what is known today. */
export function withFacts(plan: SensorPlan, inForce: readonly ExpertFlag[]): SensorPlan {
  const expertFlags = inForce.filter(({ sensor }) => sensor === plan.sensor.id);
  const donors = plan.donors.map((donor) => ({ ...donor, plan: withFacts(donor.plan, inForce) }));
  return { ...plan, expertFlags, stamp: stampOf(plan.build, expertFlags), donors: shared(donors) };
}

/** One sensor may donate two things: it stays one plan, which is read once. */
function shared(donors: SensorPlan['donors']): SensorPlan['donors'] {
  const plans = new Map(donors.map(({ plan }) => [plan.sensor.id, plan]));
  return donors.map((donor) => ({ ...donor, plan: plans.get(donor.plan.sensor.id)! }));
}

/** The release that a day's delayed-mode files are of: the last one that covers it. */
export function releaseOfDay<T extends Release>(releases: readonly T[], sensor: string, day: number): T | undefined {
  const [from, to] = [day * DAY_MS, (day + 1) * DAY_MS];
  return releases.findLast((release) => release.sensor === sensor && release.from <= from && release.to >= to);
}

/** Facts in force about sensors that the site file does not have, or parameters that they do not give. */
export function expertFaults({ plans, notInstalled }: ObservatoryPlan, flags: ExpertFacts['flags']): LineFault[] {
  const codesOf = new Map<string, readonly string[] | undefined>(plans.map(({ sensor, codes }) => [sensor.id, codes]));
  // Nobody knows what a model that is not installed would give.
  for (const { sensor } of notInstalled) codesOf.set(sensor.id, undefined);
  const out = 'correct the site file, or withdraw the line with emso flag --withdraw';
  return flagsInForce(flags).flatMap(({ line, sensor, codes }): LineFault[] => {
    if (!codesOf.has(sensor)) {
      return [
        { line, message: `sensor: expected one of ${[...codesOf.keys()].join(', ')}, found '${sensor}'; ${out}` },
      ];
    }
    const given = codesOf.get(sensor);
    const stranger = given && codes.find((code) => !given.includes(code));
    if (given === undefined || stranger === undefined) return [];
    return [{ line, message: `codes: expected codes of ${sensor} (${given.join(', ')}), found '${stranger}'; ${out}` }];
  });
}
