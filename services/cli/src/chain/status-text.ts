/** The state of a chain for a person: problems first, then tables that fit 120 columns. `?` is what is not known. */
import { parseIso } from '@emso/core';
import { formatTable } from '../table.ts';
import type { BacklogFacts, ChainFacts, SensorFacts } from './facts.ts';
import type { Problem } from './problems.ts';

const COLUMNS = 120;
const GAPS_SHOWN = 10;
const UNKNOWN = '?';
const LINK_WORDS = { up: 'up', down: 'down', 'not acquired': 'none', unknown: UNKNOWN } as const;

/** All of it, with a line feed at the end. */
export function statusText(facts: ChainFacts, problems: readonly Problem[]): string {
  const nowMs = parseIso(facts.at) ?? 0;
  const idle = facts.sensors.filter(isIdle);
  const shown = facts.sensors.filter((sensor) => !idle.includes(sensor));
  const parts = [problemText(problems), machineText(facts, nowMs), deliveryText(facts, nowMs)];
  if (shown.length > 0) parts.push(flowText(shown, nowMs), daysText(shown), gapText(shown), validationText(shown));
  parts.push(comparisonText(facts));
  // Those that nothing is known of yet would drown the others: they share a line.
  if (idle.length > 0) parts.push(folded(`not acquired: ${idle.map(({ sensor }) => sensor).join(', ')}`));
  const count = problems.length === 1 ? '1 problem, see above' : `${problems.length} problems, see above`;
  parts.push(problems.length === 0 ? 'all well\n' : `${count}\n`);
  return parts.filter((part) => part !== '').join('\n');
}

function isIdle({ link, openDays, staleDays, incompleteDays, decoded }: SensorFacts): boolean {
  const some = (openDays ?? 0) + (staleDays ?? 0) + (incompleteDays ?? 0) + (decoded ?? 0);
  return link === 'not acquired' && some === 0;
}

function problemText(problems: readonly Problem[]): string {
  return problems
    .map(({ grade, where, what, todo }) => `${folded(`! ${grade}: ${where}: ${what}`)}${folded(`    ${todo}`)}`)
    .join('');
}

function machineText({ services, broker, raw, disks }: ChainFacts, nowMs: number): string {
  const rows = services.map(({ name, state, startedAt, starts }) => [
    name,
    state,
    ageText(startedAt, nowMs),
    starts ?? UNKNOWN,
  ]);
  const fill =
    raw === null
      ? UNKNOWN
      : `${((100 * raw.bytes) / raw.limitBytes).toFixed(1)} % of ${sizeText(raw.limitBytes)}, ${raw.unarchivedMessages} messages not archived${raw.oldestUnarchived === null ? '' : `, the oldest ${ageText(raw.oldestUnarchived, nowMs)}`}`;
  const disk = disks.map(
    ({ what, freeBytes, sizeBytes }) =>
      `${what} ${sizeText(freeBytes)} (${((100 * freeBytes) / sizeBytes).toFixed(0)} %)`,
  );
  const lines = [
    `broker: ${broker === 'unknown' ? UNKNOWN : broker}; RAW: ${fill}\n`,
    `free: ${disk.join(', ') || UNKNOWN}\n`,
  ];
  return formatTable([['service', 'state', 'up for', 'starts/h'], ...rows]) + lines.join('');
}

function comparisonText({ comparisons }: ChainFacts): string {
  if (comparisons === null) return `comparisons: ${UNKNOWN}\n`;
  if (comparisons.length === 0) return '';
  const rows = comparisons.map((each) => [
    each.comparison,
    each.day,
    each.rows,
    each.suspect,
    each.bad,
    each.latestDifference,
  ]);
  return formatTable([['comparison', 'day', 'rows', 'suspect', 'bad', 'last difference'], ...rows]);
}

function deliveryText({ deliveries }: ChainFacts, nowMs: number): string {
  if (deliveries === null) return `deliveries: ${UNKNOWN}\n`;
  if (deliveries.length === 0) return '';
  const rows = deliveries.map(({ target, kind, delivered, waiting, lastError, at }) => [
    target,
    kind,
    delivered ?? UNKNOWN,
    waiting ?? UNKNOWN,
    at === null ? '-' : ageText(at, nowMs),
    lastError === null ? '-' : shortened(lastError),
  ]);
  return formatTable([['deliveries', 'kind', 'delivered', 'waiting', 'as of', 'last error'], ...rows]);
}

/** What an error says first fits the table; all of it stands in the problem. */
function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function flowText(sensors: readonly SensorFacts[], nowMs: number): string {
  const heading = [
    'sensor',
    'link',
    'last line',
    'in spool',
    'not archived',
    'oldest',
    'not decoded',
    'decoded',
    'rejected',
  ];
  const rows = sensors.map((sensor) => [
    sensor.sensor,
    LINK_WORDS[sensor.link],
    sensor.lastLine === null ? '-' : ageText(sensor.lastLine, nowMs),
    backlogText(sensor.waiting),
    backlogText(sensor.unarchived),
    oldestText(sensor.unarchived, nowMs),
    sensor.undecoded ?? UNKNOWN,
    sensor.decoded ?? UNKNOWN,
    sensor.rejected ?? UNKNOWN,
  ]);
  return formatTable([heading, ...rows]);
}

/** Broken between words, so that it fits. */
function folded(text: string): string {
  const lines = text.match(new RegExp(`.{1,${COLUMNS - 6}}(?: |$)`, 'g')) ?? [text];
  return `${lines.map((line) => line.trimEnd()).join('\n    ')}\n`;
}

function backlogText(backlog: BacklogFacts | null): string {
  if (backlog === null) return UNKNOWN;
  const { records, bytes, complete } = backlog;
  return `${complete ? '' : '≥ '}${records}${records === 0 ? '' : ` (${sizeText(bytes)})`}`;
}

function oldestText(backlog: BacklogFacts | null, nowMs: number): string {
  if (backlog === null || !backlog.complete) return UNKNOWN;
  return backlog.oldest === null ? '-' : ageText(backlog.oldest, nowMs);
}

function daysText(sensors: readonly SensorFacts[]): string {
  const heading = ['days', 'open', 'dirty', 'incomplete', 'stale', 'divergent rows', 'ever'];
  const rows = sensors.map((sensor) => [
    sensor.sensor,
    ...[sensor.openDays, sensor.dirtyDays, sensor.incompleteDays, sensor.staleDays].map((count) => count ?? UNKNOWN),
    sensor.divergentRows ?? UNKNOWN,
    sensor.divergentRowsEver ?? UNKNOWN,
  ]);
  return formatTable([heading, ...rows]);
}

function gapText(sensors: readonly SensorFacts[]): string {
  const unread = sensors.filter(({ gaps }) => gaps === null).map(({ sensor }) => sensor);
  const gaps = sensors.flatMap(({ sensor, gaps }) => (gaps ?? []).map((gap) => ({ sensor, ...gap })));
  const rows = gaps
    .sort((a, b) => (a.to < b.to ? 1 : -1))
    .slice(0, GAPS_SHOWN)
    .map(({ sensor, from, to, missing, cause }) => [sensor, from, to, missing, cause]);
  const more = gaps.length > GAPS_SHOWN ? `… and ${gaps.length - GAPS_SHOWN} before these (--json has all)\n` : '';
  const unknown = unread.length === 0 ? '' : `gaps of the last days: ${UNKNOWN} (${unread.join(', ')})\n`;
  return unknown + (rows.length === 0 ? '' : formatTable([['gaps', 'from', 'to', 'missing', 'cause'], ...rows])) + more;
}

/** One line for each sensor that has something to validate, the most urgent first. */
function validationText(sensors: readonly SensorFacts[]): string {
  const unknown = sensors.filter(({ validation }) => validation === null).map(({ sensor }) => sensor);
  const lines = sensors
    .flatMap(({ sensor, validation }) => (validation?.oldestDay == null ? [] : [{ sensor, ...validation }]))
    .sort((a, b) => a.daysLeft! - b.daysLeft!)
    .map(({ sensor, oldestDay, dueDay, daysLeft }) => {
      const left = daysLeft! < 0 ? `overdue since ${-daysLeft!} days` : `due in ${daysLeft} days`;
      return `validation: ${sensor} ${oldestDay} and later not released, ${left} (${dueDay})\n`;
    });
  return lines.join('') + (unknown.length === 0 ? '' : folded(`validation: ${UNKNOWN} (${unknown.join(', ')})`));
}

function ageText(instant: string | null, nowMs: number): string {
  const ms = instant === null ? undefined : parseIso(instant);
  if (ms === undefined) return UNKNOWN;
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

function sizeText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
