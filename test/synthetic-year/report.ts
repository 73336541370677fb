/** What was found in a synthetic year, as a section of a page. */
import type { Alarms, Noticed, Report, Verdict } from './judge.ts';

/** Between these lines of a page stands what the task writes. */
export const BEGIN = '<!-- synthetic-year: begin. Written by `npm run synthetic-year`: edit test/synthetic-year/ -->';
export const END = '<!-- synthetic-year: end -->';

const HOUR_MS = 3_600_000;

/** What a reader of the tables has to know. */
const WORDS = `## What the thresholds find, and what they do not

\`npm run synthetic-year\` makes up a year of five sensors of the MII and one of the mooring, from a seed, spoils it in known ways, and lets the tests of the *real* site file judge it, by the functions that the services call (\`test/synthetic-year/\`: \`sea.ts\` is the water, \`faults.ts\` what goes wrong). It takes a minute of one core. Call it again after every change of thresholds: it writes the tables below. A month of it with bounds for every rate is part of \`npm test\`.

The sea is made up. Its amplitudes are those that the literature gives for the site; what a real year does is not in it, nor what nobody thought of. So a hit rate here says that a test works on such a fault, and a false alarm rate that a quiet sea is left alone; both have to be measured again on real data after 30 days. The optode is judged as if its calibration were confirmed: while it is not, none of its oxygen is better than suspect anyway.

How to read it:

- **Spikes** are found above the \`suspect\` threshold, and not below it: that is what the threshold says. What is smaller than it passes.
- **A flat period** keeps the flags of its first hours: the test has to wait for as long as \`suspectMs\` says, and a flag that was given is not taken back.
- **Drift** is seen by no threshold of a single sensor until the values leave the \`suspect\` span, which is far wider than what a drifting sensor does in a year. What sees it is another sensor: the comparisons below. Of oxygen there is only one sensor: its drift is seen by water samples (Winkler), and by nothing here.
- **A dead pump** changes the spread more than the value. \`flatLine\` sees the hours in which nothing moves at all; what is made for it is the \`attenuatedSignal\` test, where it is set for CNDC. The comparison of salinity with the mooring sees it once it reads low enough, and not in this year.
- **Biofouling** is seen when attenuation leaves the \`suspect\` span. Slow growth before that is not told from water that carries more: a window that was cleaned tells, or a \`climatology\`.
- **A clock step** of the receiver is in no flag: these sensors take reception as time. The acquirer notices it itself (an event \`clock-step\` in the raw archive, \`emso_source_clock_offset_seconds\` where the instrument has a clock); in the manifest it is a gap where it is longer than three cadences.
- **A gap** is no flag either, since there is no value to carry it: the manifest has it.`;

/** Tables of faults, false alarms and comparisons. */
export function reportText(report: Report): string {
  const { days, seed, verdicts, alarms, noticed, comparisonAlarms } = report;
  return [
    WORDS,
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
