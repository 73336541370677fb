/** `npm run golden -- FILE…`: compares golden files with what our functions give. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type FileResult, runFile } from './run-file.ts';

const HELP = `npm run golden -- [--errors] FILE…

Runs golden files: JSON with a list of "cases". A case { id, function, input, expected, tolerance } passes when every number of
"expected" is within the absolute tolerance of what our function of that name gives; null stands for NaN. A case { id, test, args,
config, expected } passes when our test of that name gives exactly these flags; with "expected_error" it must be refused, and
where it is tagged "quirk" the flags of "expected_sane" pass too. Cases of another shape, and those whose expected value is in dispute (test/golden/allowances.ts), are printed and not counted. A file without
"cases" is no failure, one that cannot be read is. Exit 0 when nothing failed, 1 on any failure, 2 without a file.

  --errors   also print the largest error of each function against what a reference computed, and its number of cases

  npm run golden -- ../shared/qc/golden/seawater.json
  npm run golden -- ../shared/qc/golden/*.json
`;

function report(
  file: string,
  withErrors: boolean,
  { counts, byFunction, failures, disputed, skipped }: FileResult,
): string {
  if (counts === undefined) return `${file}: no "cases" in it: nothing to compare\n`;
  const lines = [`${file}: ${counts.passed} passed, ${counts.failed} failed, ${byFunction.size} functions`];
  if (counts.failed > 0) {
    for (const [name, { passed, failed }] of byFunction) {
      if (failed > 0) lines.push(`  ${name}: ${passed} passed, ${failed} failed`);
    }
  }
  if (withErrors) {
    for (const [name, { largest, computed }] of byFunction) {
      if (computed > 0) lines.push(`  ${name} ${largest.toExponential(1)} (${computed})`);
    }
  }
  lines.push(...failures.map((failure) => `  ${failure}`));
  lines.push(...disputed.map((each) => `  in dispute, not counted: ${each}`));
  if (skipped.count > 0) {
    lines.push(
      `  ${skipped.count} not of this shape: expected "function" or "test", found ${skipped.fields || 'nothing'}: skipped`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Where the user stands: npm changes to the checkout and says where it came from. */
const from = process.env.npm_lifecycle_event === 'golden' ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();

/** Runs all files; returns the exit code. */
function main(args: readonly string[]): number {
  const withErrors = args.includes('--errors');
  const files = args.filter((each) => each !== '--errors');
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  if (files.length === 0) {
    process.stderr.write(`expected at least one golden file, found none\n\n${HELP}`);
    return 2;
  }
  const total = { passed: 0, failed: 0 };
  for (const file of files) {
    let content: unknown;
    try {
      content = JSON.parse(readFileSync(path.resolve(from, file), 'utf8'));
    } catch (error) {
      process.stdout.write(`${file}: expected a readable JSON file: ${(error as Error).message}\n`);
      total.failed++;
      continue;
    }
    const result = runFile(content);
    process.stdout.write(report(file, withErrors, result));
    total.passed += result.counts?.passed ?? 0;
    total.failed += result.counts?.failed ?? 0;
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
