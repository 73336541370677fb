/** A month of the synthetic year: hit rates and false alarms within bounds, so that a test that goes blind, or wild, is seen. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeYear, type Report, type Verdict } from './judge.ts';
import { BEGIN, END, reportText, withReport } from './report.ts';
import { columnsOf } from './sea.ts';

const HOUR_MS = 3_600_000;

describe('a month with faults', () => {
  const report: Report = judgeYear(31, 1);
  const verdictOf = (sensor: string, what: RegExp, size: RegExp = /./): Verdict => {
    const found = report.verdicts.filter(
      ({ fault }) => fault.sensor === sensor && what.test(fault.what) && size.test(fault.size),
    );
    assert.equal(found.length, 1, `${sensor} ${what} ${size}`);
    return found[0];
  };

  // biome-ignore format: a table, one fault a line
  const FOUND: [sensor: string, what: RegExp, size: RegExp, leastHitRate: number][] = [
    ['microcat', /^spikes of TEMP/, /0\.03/, 0.9],
    ['microcat', /^spikes of TEMP/, /0\.3 /, 0.98],
    ['microcat', /^spikes of CNDC/, /0\.003/, 0.9],
    ['microcat', /^spikes of CNDC/, /0\.03/, 0.98],
    ['microcat', /^spikes of PRES/, /±1 /, 0.9],
    ['microcat', /^spikes of PRES/, /±6 /, 0.98],
    ['oxygen', /^spikes of DOXY/, /±8 /, 0.9],
    ['oxygen', /^spikes of DOXY/, /±60 /, 0.98],
    ['cstar', /^spikes of ATTN/, /0\.1/, 0.9],
    ['cstar', /^spikes of ATTN/, /±1 /, 0.98],
    ['aquadopp', /^spikes of UCUR/, /0\.25/, 0.9],
    ['aquadopp', /^spikes of UCUR/, /0\.8/, 0.98],
  ];
  for (const [sensor, what, size, least] of FOUND) {
    test(`${sensor}: ${what.source} ${size.source}`, () => {
      const { hitRate } = verdictOf(sensor, what, size);
      assert.ok(hitRate >= least, `expected ${least} at least, found ${hitRate}`);
    });
  }

  test('a flat period is noticed when its time is over, and flagged to its end', () => {
    for (const [sensor, hours] of [
      ['microcat', 3.1],
      ['oxygen', 3.1],
      ['cstar', 6.1],
      ['aquadopp', 1.1],
    ] as const) {
      const { hitRate, afterMs } = verdictOf(sensor, /^flat/);
      assert.ok(
        hitRate > 0.7 && (afterMs ?? Number.POSITIVE_INFINITY) <= hours * HOUR_MS,
        `${sensor}: ${hitRate}, ${afterMs}`,
      );
    }
  });

  test('biofouling is noticed before it is at its worst', () => {
    const { hitRate } = verdictOf('cstar', /^biofouling/);
    assert.ok(hitRate > 0.1, String(hitRate));
  });

  test('three hours without lines stand in the manifest', () => {
    assert.ok((verdictOf('microcat', /^gap/).gapMs ?? 0) >= 1.5 * HOUR_MS);
  });

  test('false alarms are rare: 0.1 % of a faultless month, and beside faults the neighbours of spikes', () => {
    for (const { sensor, code, suspect, bad, beside } of report.alarms) {
      assert.ok(suspect + bad <= 0.001, `${sensor} ${code}: ${suspect} suspect, ${bad} bad`);
      assert.ok(beside < 0.05, `${sensor} ${code}: ${beside} beside`);
    }
    for (const { comparison, flagged, rows } of report.comparisonAlarms) {
      assert.ok(rows >= 31 && flagged <= 0.001, `${comparison}: ${flagged} of ${rows}`);
    }
  });

  test('what no test of a single sensor can tell, a comparison does', () => {
    const noticed = (comparison: string, what: RegExp) =>
      report.noticed.find((each) => each.comparison === comparison && what.test(each.fault.what));
    for (const [comparison, what] of [
      ['salinity-mii-albatross', /drift of CNDC/],
      ['theta-mii-albatross', /drift of TEMP/],
      ['temperature-optode-microcat', /drift of DOXY_TEMP/],
      ['pressure-seafloor-microcat', /drift of PRES/],
    ] as const) {
      const { afterMs, hitRate } = noticed(comparison, what) ?? {};
      assert.ok(afterMs !== undefined && afterMs > 0 && hitRate! > 0.1, `${comparison}: ${afterMs}, ${hitRate}`);
    }
  });

  test('the report has a row for each', () => {
    const text = reportText(report);
    for (const { fault } of report.verdicts)
      assert.ok(text.includes(`| ${fault.sensor} | ${fault.what} | ${fault.size} |`));
  });
});

test('the same seed gives the same sea, another one another', () => {
  const of = (seed: number) => columnsOf('microcat', 1, seed).values['TEMP'];
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
});

test('a page keeps what people wrote, whatever the report was before', () => {
  const page = withReport('# Page\n\nWords.\n', 'first');
  assert.equal(page, `# Page\n\nWords.\n\n${BEGIN}\n\nfirst\n\n${END}\n`);
  assert.equal(
    withReport(`${page}\nMore words.\n`, 'second'),
    `# Page\n\nWords.\n\n${BEGIN}\n\nsecond\n\n${END}\n\nMore words.\n`,
  );
});
