/**
 * Writes the pages of docs/ that follow from the code, or with --check compares them and exits 1 on a difference.
 * So far one: docs/subjects.md, from the table of subjects in core.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SUBJECTS, type SubjectRow } from '@emso/core';

const PAGE = path.resolve(import.meta.dirname, '../docs/subjects.md');

function subjectsPage(rows: readonly SubjectRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [
    '# Subjects on the bus\n\n',
    '<!-- generated from packages/core/src/subjects.ts by `npm run docs`: edit it there -->\n\n',
    'Every token is made of `a-z`, `0-9` and `-`. Sensor ids are stable over redeployments; the instrument model is not in the subject.\n\n',
    line(['subject', 'stream', 'carries', 'from', 'to']),
    line(['---', '---', '---', '---', '---']),
    ...rows.map((row) => line([`\`${row.pattern}\``, row.stream, row.carries, row.from, row.to])),
  ].join('');
}

const page = subjectsPage(SUBJECTS);
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== page) {
  process.stderr.write(
    'docs/subjects.md: expected what packages/core/src/subjects.ts says, found another text. Run `npm run docs`.\n',
  );
  process.exitCode = 1;
}
