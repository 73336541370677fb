/** What `emso validate` prints. */
import type { Finding, Severity } from '@emso/products';
import type { Verdict } from './validate.ts';

/** The verdict as lines for a person: a heading, then a table of findings, errors first. */
export function verdictText({ file, findings, emso, unreadable }: Verdict): string {
  if (unreadable !== undefined) return `${file}: cannot be read: ${unreadable}\n`;
  const count = (severity: Severity, noun: string): string => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
  };
  const score =
    emso === undefined
      ? ''
      : `; EMSO required ${emso.required.join('/')}, optional ${emso.optional.join('/')}` +
        (emso.unitsOfCf === 0 ? '' : ` (${emso.unitsOfCf} required ones are units of CF, as profile cf asks)`);
  const heading = `${file}: ${count('error', 'error')}, ${count('warning', 'warning')}${score}\n`;
  const rows = (['error', 'warning'] as const).flatMap((severity) =>
    grouped(findings.filter((finding) => finding.severity === severity)).map(([first, ...others]) => [
      severity,
      others.length < 3
        ? [first, ...others].map(({ where }) => where).join(' ')
        : `${first.where} and ${others.length} more`,
      first.rule,
      `expected ${first.expected}, found ${first.found}: ${first.remedy}`,
      first.source,
    ]),
  );
  return heading + (rows.length === 0 ? '' : table([['', 'where', 'rule', 'what', 'source'], ...rows]));
}

/** Findings that say the same of several places, together. */
function grouped(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = [finding.rule, finding.expected, finding.found].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()];
}

/** All columns to the left; the last but one, which is long, is not filled up. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => {
      const [severity, where, rule] = widths.map((width, i) => row[i].padEnd(width));
      return `  ${severity}  ${where}  ${rule}  ${row[3]} (${row[4]})\n`;
    })
    .join('');
}

/** The verdict as one line of JSON. */
export function verdictJson(verdict: Verdict): string {
  return `${JSON.stringify(verdict)}\n`;
}
