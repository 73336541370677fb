/** `emso ledger` as a shell sees it: a line for every sensor and day, and every disagreement in words. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { LedgerLine } from '@emso/products';
import { sealedRoot } from '../fixtures/sealed-root.ts';

test('emso ledger: what is asked for, as a table and as JSON', () => {
  const at = sealedRoot();
  const whole = at.emso('ledger', '--data', at.data);
  assert.equal(whole.code, 0, whole.err);
  const [heading, ...rows] = whole.out.trimEnd().split('\n');
  assert.match(
    heading,
    /^sensor +day +state +expected +received +decoded +rejected +flagged +rows +bytes +csv +netcdf/,
  );
  assert.deepEqual(
    rows.map((row) => row.split(/ +/).slice(0, 10)),
    [0, 1, 2].map((i) => {
      const bytes = readFileSync(at.file(i, 'csv')).length + readFileSync(at.file(i, 'netcdf')).length;
      return ['cstar', at.day(i), 'sealed', 'v1', '1440', '5', '5', '0', '0', '5']
        .toSpliced(10, 0, `${bytes}`)
        .slice(0, 10);
    }),
  );
  assert.match(whole.err, /3 days, all layers agree/);
  const some = at.emso(
    'ledger',
    '--data',
    at.data,
    '--sensor',
    'cstar',
    '--from',
    at.day(1),
    '--to',
    at.day(1),
    '--json',
  );
  const [line, ...others] = some.out
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as LedgerLine);
  assert.deepEqual([line.day, others.length, line.hashes.csv.length, line.mismatches], [at.day(1), 0, 64, []]);
  assert.ok(line.gaps.every(({ cause }) => cause === 'silence') && line.gaps.length > 0);
});

test('emso ledger: layers that disagree are exit code 1; a sensor that is none 2; no data root 3', () => {
  const at = sealedRoot(2);
  writeFileSync(at.file(0, 'csv'), readFileSync(at.file(0, 'csv'), 'utf8').replace(/\n[^\n]+\n$/, '\n'));
  rmSync(at.file(1, 'raw'));
  const { code, out } = at.emso('ledger', '--data', at.data);
  assert.equal(code, 1);
  assert.match(out, new RegExp(`! cstar ${at.day(0)}: expected 5 rows in the CSV, found 4`));
  assert.match(out, new RegExp(`! cstar ${at.day(1)}: expected a raw file with 5 records, found none`));
  assert.deepEqual(at.emso('ledger', '--data', at.data, '--sensor', 'cstarr').code, 2);
  assert.deepEqual(at.emso('ledger', '--data', `${at.data}/gone`).code, 3);
});
