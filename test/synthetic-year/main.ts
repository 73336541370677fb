/**
 * `npm run synthetic-year`: a year with faults from a seed, judged by the site file's tests; writes the tables into
 * docs/quality-control.md. `--days 31 --seed 1` for others, which are printed and not written; `--print` prints those of the year.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { judgeYear } from './judge.ts';
import { reportText, withReport } from './report.ts';

const PAGE = path.resolve(import.meta.dirname, '../../docs/quality-control.md');
const YEAR = { days: '365', seed: '2025' };

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: YEAR.days },
    seed: { type: 'string', default: YEAR.seed },
    print: { type: 'boolean', default: false },
  },
});
const [days, seed] = [Number(values.days), Number(values.seed)];
if (!(Number.isInteger(days) && days >= 28 && Number.isInteger(seed))) {
  process.stderr.write(`expected --days from 28 on and a whole --seed, found '${values.days}' and '${values.seed}'\n`);
  process.exitCode = 2;
} else {
  const startMs = performance.now();
  const report = reportText(judgeYear(days, seed, (what) => process.stderr.write(`${what}…\n`)));
  const isTheYear = values.days === YEAR.days && values.seed === YEAR.seed && !values.print;
  if (isTheYear) {
    const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '# Quality control\n';
    writeFileSync(PAGE, withReport(page, report));
  } else process.stdout.write(`${report}\n`);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  process.stderr.write(`${isTheYear ? `${PAGE} written` : 'printed'} after ${seconds} s\n`);
}
