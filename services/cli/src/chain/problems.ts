/** What somebody should look at, and what to do about it, the gravest first: lines being lost, lines at risk, wrong files, late ones. */
import { parseIso } from '@emso/core';
import type {
  BacklogFacts,
  ChainFacts,
  ComparisonFacts,
  CurrentGap,
  DeliveryFacts,
  SensorFacts,
  ServiceFacts,
} from './facts.ts';

export interface Problem {
  readonly grade:
    | 'lines are lost'
    | 'lines at risk'
    | 'files are wrong'
    | 'values are suspect'
    | 'files are late'
    | 'not known';
  /** A service, a sensor, or a part of the machine. */
  readonly where: string;
  readonly what: string;
  readonly todo: string;
}

const GRADES: readonly Problem['grade'][] = [
  'lines are lost',
  'lines at risk',
  'files are wrong',
  'values are suspect',
  'files are late',
  'not known',
];

/** Lines are archived within milliseconds: this long means that somebody does not do it. */
const UNARCHIVED_LIMIT_MS = 15_000;
const RAW_FILL_LIMIT = 0.7;
const DISK_FREE_LIMIT = 0.05;
/** More starts in an hour than a person makes. */
const STARTS_LIMIT = 5;

/** The problems in the order in which they matter. */
export function problemsOf(facts: ChainFacts): Problem[] {
  const problems = [
    ...facts.services.flatMap(serviceProblems),
    ...brokerProblems(facts),
    ...facts.disks.filter(({ freeBytes, sizeBytes }) => freeBytes < DISK_FREE_LIMIT * sizeBytes).map(diskProblem),
    ...(facts.comparisons ?? []).flatMap(comparisonProblems),
    ...(facts.deliveries ?? []).flatMap(deliveryProblems),
    ...facts.sensors.flatMap((sensor) => sensorProblems(sensor, parseIso(facts.at) ?? 0)),
  ];
  if (facts.sensors.length === 0) {
    problems.push({
      grade: 'not known',
      where: 'sensors',
      what: 'nobody says which there are',
      todo: 'start the services',
    });
  }
  if ((facts.checksumFailures ?? 0) > 0) {
    problems.push({
      grade: 'files are wrong',
      where: 'data',
      what: `${facts.checksumFailures} files were not what their manifests say`,
      todo: 'look for reason=checksum in the log of the writer, check the disk',
    });
  }
  return problems
    .map((problem, i) => ({ problem, key: GRADES.indexOf(problem.grade) * 1e6 + i }))
    .sort((a, b) => a.key - b.key)
    .map(({ problem }) => problem);
}

/** What the absence of each role costs. */
const GRADE_OF_ROLE: Readonly<Record<string, Problem['grade']>> = {
  acquirer: 'lines are lost',
  writer: 'lines at risk',
};

function serviceProblems({ name, state, why, starts }: ServiceFacts): Problem[] {
  const grade = GRADE_OF_ROLE[name] ?? 'files are late';
  const log = `look at the last lines of its log (logs/${name}.log)`;
  const problems: Problem[] = [];
  if (state === 'not running') problems.push({ grade, where: name, what: 'not running', todo: `start it; ${log}` });
  if (state === 'no answer') {
    // It may still do its work: the sensors say whether lines come.
    const todo = `is it frozen, or is the machine overloaded? Restart it; ${log}`;
    problems.push({ grade, where: name, what: why ?? 'no answer', todo });
  }
  if (state === 'not ready') {
    problems.push({ grade: 'files are late', where: name, what: `not ready: ${why ?? 'no reason known'}`, todo: log });
  }
  if ((starts ?? 0) >= STARTS_LIMIT) {
    problems.push({
      grade,
      where: name,
      what: `started ${starts} times in the last hour`,
      todo: `it keeps ending: ${log}`,
    });
  }
  return problems;
}

function brokerProblems({ broker, raw }: ChainFacts): Problem[] {
  const problems: Problem[] = [];
  const kept = 'lines are kept in the spool meanwhile';
  if (broker === 'not running' || broker === 'does not answer') {
    const todo =
      broker === 'not running'
        ? 'start nats-server; look at its log'
        : 'is nats-server frozen? Restart it; look at its log';
    problems.push({ grade: 'lines at risk', where: 'broker', what: `${broker}: ${kept}`, todo });
  }
  if (raw === null) {
    const what = 'how full RAW is, and what waits in it, is not known';
    problems.push({
      grade: 'not known',
      where: 'broker',
      what,
      todo: 'it is the acquirer who asks the broker: see there',
    });
  } else if (raw.bytes >= RAW_FILL_LIMIT * raw.limitBytes) {
    const what = `RAW is ${((100 * raw.bytes) / raw.limitBytes).toFixed(0)} % full: when it is, ${kept}`;
    problems.push({
      grade: 'lines at risk',
      where: 'broker',
      what,
      todo: 'raise max_bytes of the stream (and make room)',
    });
  }
  return problems;
}

/** The publisher is told about as a service. */
function deliveryProblems({ target, kind, lastError, waiting }: DeliveryFacts): Problem[] {
  if (lastError === null || kind === 'publisher') return [];
  const what = `delivery: ${waiting ?? 'some'} files wait: ${lastError}`;
  return [{ grade: 'files are late', where: target, what, todo: `see to the target, then emso deliver ${target}` }];
}

function diskProblem({ what, freeBytes }: ChainFacts['disks'][number]): Problem {
  const left = `${(freeBytes / 1e9).toFixed(1)} GB left`;
  return { grade: 'lines at risk', where: 'disk', what: `${left} under ${what}`, todo: 'make room, or add a disk' };
}

/** A moment of different water makes a few rows suspect; two sensors that disagree make many. */
const SUSPECT_SHARE = 0.1;

function comparisonProblems(facts: ComparisonFacts): Problem[] {
  const { comparison, day, rows, suspect, bad, latestDifference } = facts;
  if (suspect + bad <= SUSPECT_SHARE * rows) return [];
  const what = `${suspect} of ${rows} rows suspect and ${bad} bad on ${day}, the last difference ${latestDifference}`;
  const todo = 'which of the sensors is wrong, a person must tell (docs/comparisons.md); then emso flag its values';
  return [{ grade: 'values are suspect', where: comparison, what, todo }];
}

function sensorProblems(facts: SensorFacts, nowMs: number): Problem[] {
  const { sensor: where, gap, unarchived, waiting } = facts;
  const problems: Problem[] = [];
  const add = (grade: Problem['grade'], what: string, todo: string): void => {
    problems.push({ grade, where, what, todo });
  };
  const isLate = ({ oldest }: BacklogFacts): boolean =>
    oldest !== null && nowMs - (parseIso(oldest) ?? nowMs) > UNARCHIVED_LIMIT_MS;
  if (gap !== null) add('lines are lost', ...gapWords(gap));
  if (unarchived === null && facts.link !== 'not acquired') {
    add('not known', 'what is archived of its spool is not known', 'check the disks of spool and data');
  } else if (unarchived !== null) {
    if (!unarchived.complete)
      add('not known', 'its spool is too long to be compared with the archive in time', 'ask again; see RAW meanwhile');
    if (isLate(unarchived)) {
      const atBroker = waiting !== null && isLate(waiting);
      const what = `${unarchived.records} records since ${unarchived.oldest} are not archived`;
      const where = atBroker ? `${waiting.records} of them are in the spool only` : 'they are published';
      add('lines at risk', `${what}; ${where}`, atBroker ? 'see to the broker' : 'see to the writer and its disk');
    }
  }
  const some = (value: number | null): value is number => value !== null && value > 0;
  if (some(facts.conflicts))
    add(
      'files are wrong',
      `${facts.conflicts} record ids came again with other bytes`,
      'find the acquirer that reuses them',
    );
  if (some(facts.divergentRows)) {
    const what = `${facts.divergentRows} rows of the fast path differed from the rebuild, which was taken`;
    add(
      'files are wrong',
      what,
      'look at the clocks and the builds of the services, and for reason=divergence in the log of the writer',
    );
  }
  for (const path of facts.damagedManifests)
    add('files are wrong', `${path} cannot be read`, 'restart the writer, it rebuilds the day; check the disk');
  if (some(facts.incompleteDays))
    add(
      'files are wrong',
      `${facts.incompleteDays} days were sealed although spooled records of theirs are missing`,
      'bring their spool back and start the acquirer with it, or import the old daily files',
    );
  if (some(facts.staleDays))
    add(
      'files are late',
      `${facts.staleDays} sealed days are of another build or have other expert flags now`,
      'emso seal --stale, if they shall change',
    );
  const { oldestDay, dueDay, daysLeft = null } = facts.validation ?? {};
  if (daysLeft !== null && daysLeft < 0)
    add(
      'files are late',
      `validation: ${oldestDay} is not released and was due on ${dueDay}, ${-daysLeft} days ago`,
      'look at the data, flag what is bad (emso flag), release it (emso release)',
    );
  return problems;
}

function gapWords({ cause, since }: CurrentGap): [what: string, todo: string] {
  const when = since === null ? 'and no line of it is known' : `since ${since}`;
  switch (cause) {
    case 'spool-full':
      return [`not read ${when}: disk and memory of the spool are full`, 'make room under the spool'];
    case 'acquirer-stopped':
      return [`not acquired ${when}: the acquirer does not run`, 'start the acquirer'];
    case 'disconnected':
      return [`disconnected ${when}`, 'check power, network and port of its converter'];
    default:
      return [`silent ${when}`, 'the link is up: check the instrument and the serial side of its converter'];
  }
}
