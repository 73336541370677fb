/**
 * Writes what in docs/ follows from the code, or with --check compares it and exits 1 on a difference: docs/subjects.md, from
 * the table of subjects in core, and the list of rules in docs/validate.md, from the rules in products.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SUBJECTS, type SubjectRow } from '@emso/core';
import { CSV_FILE_RULES, NETCDF_RULES, type Rule } from '@emso/products';

interface Page {
  /** Below docs/. */
  readonly name: string;
  /** What it follows from. */
  readonly source: string;
  /** The whole text; `before` is the text as it stands. */
  readonly text: (before: string) => string;
}

const DOCS = path.resolve(import.meta.dirname, '../docs');

const PAGES: readonly Page[] = [
  { name: 'subjects.md', source: 'packages/core/src/subjects.ts', text: () => subjectsPage(SUBJECTS) },
  { name: 'validate.md', source: 'packages/products/src/rules/', text: withRules },
];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

function subjectsPage(rows: readonly SubjectRow[]): string {
  return [
    '# Subjects on the bus\n\n',
    '<!-- generated from packages/core/src/subjects.ts by `npm run docs`: edit it there -->\n\n',
    'Every token is made of `a-z`, `0-9` and `-`. Sensor ids are stable over redeployments; the instrument model is not in the subject.\n\n',
    line(['subject', 'stream', 'carries', 'from', 'to']),
    line(['---', '---', '---', '---', '---']),
    ...rows.map((row) => line([`\`${row.pattern}\``, row.stream, row.carries, row.from, row.to])),
  ].join('');
}

const RULES_BEGIN = '<!-- generated from packages/products/src/rules/ by `npm run docs`: edit it there -->\n';

/** The page up to its mark as people wrote it, then the rules. */
function withRules(before: string): string {
  const at = before.indexOf(RULES_BEGIN);
  const own = at < 0 ? before : before.slice(0, at);
  return [
    own,
    RULES_BEGIN,
    `\n### NetCDF: ${NETCDF_RULES.length} rules\n\n`,
    rulesTable(NETCDF_RULES),
    `\n### CSV: ${CSV_FILE_RULES.length} rules\n\n`,
    rulesTable(CSV_FILE_RULES),
  ].join('');
}

function rulesTable<Subject>(rules: readonly Rule<Subject>[]): string {
  return [
    line(['rule', '', 'what it asks for', 'source']),
    line(['---', '---', '---', '---']),
    ...rules.map(({ id, severity, about, source }) =>
      line([`\`${id}\``, severity, about.replaceAll('|', '\\|'), source]),
    ),
  ].join('');
}

for (const { name, source, text } of PAGES) {
  const file = path.join(DOCS, name);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = text(before);
  if (!process.argv.includes('--check')) writeFileSync(file, after);
  else if (after !== before) {
    process.stderr.write(`docs/${name}: expected what ${source} says, found another text. Run \`npm run docs\`.\n`);
    process.exitCode = 1;
  }
}
