import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { aggregate } from './rollup.ts';
import { grossRangeTest, type Span } from './tests/gross-range.ts';

/** The cases of one golden file: answers of ioos_qc, recorded. They stand beside the checkout and are not part of it. */
interface GoldenCase {
  readonly id: string;
  readonly args: { readonly inp?: readonly (number | string | null)[] };
  readonly config: { readonly fail_span: Span; readonly suspect_span?: Span; readonly flag_vectors: number[][] };
  readonly expected?: readonly number[];
  readonly expected_error?: string;
}

function casesOf(name: string): GoldenCase[] | undefined {
  const file = new URL(`../../../../shared/qc/golden/${name}.json`, import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenCase[] }).cases : undefined;
}

test('gross range answers as ioos_qc does', (t) => {
  const cases = casesOf('gross_range_test');
  if (cases === undefined) return t.diagnostic('../shared/qc/golden is not here: nothing compared');
  let values = 0;
  let mapped = 0;
  for (const { id, args, config, expected, expected_error } of cases) {
    // A batch holds no infinity: it is missing there, so it stands as missing here, and 4 becomes 9.
    const infinite = (args.inp ?? []).map((value) => typeof value === 'string');
    const input = Float64Array.from(args.inp ?? [], (value) => (typeof value === 'number' ? value : Number.NaN));
    const out = new Uint8Array(input.length);
    const run = (): void => grossRangeTest(input, 0, input.length, config.fail_span, config.suspect_span, out);
    if (expected_error !== undefined) {
      assert.throws(run, /expected a suspect span within the fail span/, id);
      continue;
    }
    run();
    assert.deepEqual(
      [...out],
      expected?.map((digit, i) => (infinite[i] ? 9 : digit)),
      id,
    );
    values += input.length;
    mapped += infinite.filter(Boolean).length;
  }
  assert.ok(values > 0);
  t.diagnostic(`${cases.length} cases, ${values} values compared, ${mapped} infinities mapped to missing`);
});

test('aggregate has the precedence of ioos_qc', (t) => {
  const cases = casesOf('aggregate');
  if (cases === undefined) return t.diagnostic('../shared/qc/golden is not here: nothing compared');
  let rows = 0;
  let others = 0;
  for (const { id, config, expected } of cases) {
    const vectors = config.flag_vectors;
    if (expected === undefined) {
      // Columns of unequal length: rollUp refuses them, see rollup.test.ts.
      others++;
      continue;
    }
    const answers = vectors[0].map((_, i) => aggregate(vectors.map((vector) => vector[i])));
    assert.deepEqual(answers, expected, id);
    rows += answers.length;
  }
  assert.ok(rows > 0);
  t.diagnostic(
    `${cases.length - others} cases, ${rows} rows compared, ${others} about unequal lengths left to rollup.test.ts`,
  );
});
