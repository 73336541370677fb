/** What was found in a synthetic year, as a section of a page. */
import type { Alarms, Noticed, Report, Verdict } from './judge.ts';

/** Between these lines of a page stands what the task writes. */
export const BEGIN = '<!-- synthetic-year: begin. Written by `npm run synthetic-year`: edit test/synthetic-year/ -->';
export const END = '<!-- synthetic-year: end -->';

const HOUR_MS = 3_600_000;

/** Tables of faults, false alarms and comparisons. */
export function reportText(report: Report): string {
  const { days, seed, verdicts, alarms, noticed, comparisonAlarms } = report;
  return [
    `${days} days, seed ${seed}. *Hit rate*: share of the spoilt samples that are flagged 3 or 4 and are not in the same year without faults. *Noticed*: from the fault's beginning to the first such sample.`,
    table(['sensor', 'fault', 'size', 'samples', 'looked at', 'hit rate', 'noticed'], verdicts.map(faultRow)),
    'False alarms: values of the faultless year that are flagged all the same, and values beside the faults (outside of all of them) that are flagged for their sake, which are mostly the neighbours of spikes. Parameters without any are left out.',
    table(
      ['sensor', 'parameter', 'samples', 'suspect', 'bad', 'beside a fault'],
      alarms.filter(({ suspect, bad, beside }) => suspect + bad + beside > 0).map(alarmRow),
    ),
    `None at all: ${[...Map.groupBy(alarms, ({ sensor }) => sensor)]
      .map(([sensor, own]) => [sensor, own.filter(({ suspect, bad, beside }) => suspect + bad + beside === 0)] as const)
      .filter(([, own]) => own.length > 0)
      .map(([sensor, own]) => `${sensor} (${own.map(({ code }) => code).join(', ')})`)
      .join(', ')}.`,
    'What comparisons of sensors ([how](comparisons.md)) noticed of the faults that last, in the quantities that they compare:',
    table(['comparison', 'fault', 'size', 'hit rate', 'noticed'], noticed.map(noticedRow)),
    table(
      ['comparison', 'rows of the faultless year', 'flagged there'],
      comparisonAlarms.map(({ comparison, rows, flagged }) => [comparison, String(rows), percent(flagged)]),
    ),
  ].join('\n\n');
}

function faultRow({ fault, hitRate, afterMs, gapMs }: Verdict): string[] {
  const { sensor, what, size, samples, codes, single } = fault;
  const gap = gapMs === undefined ? '' : `${codes.length > 0 ? `no flag; ` : ''}gap of ${hours(gapMs)} in the manifest`;
  const flags = afterMs === undefined ? 'no' : `after ${hours(afterMs)}`;
  const noticed = single ? '' : gap !== '' && afterMs === undefined ? (gapMs === 0 ? 'no' : gap) : flags;
  const looked = codes.map((code) => (code === 'time' ? 'time_QC' : code)).join(', ');
  return [sensor, what, size, String(samples.length), looked, codes.length === 0 ? '' : percent(hitRate), noticed];
}

function alarmRow({ sensor, code, samples, suspect, bad, beside }: Alarms): string[] {
  return [sensor, code, String(samples), percent(suspect), percent(bad), percent(beside)];
}

function noticedRow({ comparison, fault, hitRate, afterMs }: Noticed): string[] {
  return [
    comparison,
    `${fault.sensor}: ${fault.what}`,
    fault.size,
    percent(hitRate),
    afterMs === undefined ? 'no' : `after ${hours(afterMs)}`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Small shares keep two digits that say something. */
function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return '0 %';
  return `${value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toPrecision(1)} %`;
}

function hours(ms: number): string {
  if (ms < HOUR_MS) return `${Math.round(ms / 60_000)} min`;
  return ms < 72 * HOUR_MS ? `${(ms / HOUR_MS).toFixed(1)} h` : `${(ms / (24 * HOUR_MS)).toFixed(0)} days`;
}

/** A page with the report in the place of the one that it had; at its end where it had none. */
export function withReport(page: string, report: string): string {
  const block = `${BEGIN}\n\n${report}\n\n${END}\n`;
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from >= 0 && to > from) return page.slice(0, from) + block + page.slice(to + END.length).replace(/^\n/, '');
  return `${page.trimEnd()}\n\n${block}`;
}
