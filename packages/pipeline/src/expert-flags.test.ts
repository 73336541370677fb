/** Decisions over verdicts: which rows, in which order, alike in the fast path and in a rebuild, and what a day says of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createBatch,
  DAY_MS,
  dayOf,
  type ExpertFlag,
  FLAG_VALUES,
  iso,
  type ObservationMessage,
  openRow,
  parseIso,
  type RawRecord,
  runOfRecords,
  type VerdictMessage,
} from '@emso/core';
import fc from 'fast-check';
import { line, oxygen, pairOf, readOf } from '../test/donated.ts';
import { planOf, sensorFacts, site } from '../test/plans.ts';
import { rebuildDay } from './day.ts';
import {
  applyExpertFlags,
  expertDigest,
  expertFaults,
  expertNotes,
  withExpertFlags,
  withFacts,
} from './expert-flags.ts';
import { isOwnAnswer } from './fast-path.ts';
import { batchOfVerdicts, decodeMessageRecords } from './live.ts';
import { LiveFlags } from './live-flags.ts';
import { planObservatory, type SensorPlan } from './plan.ts';
import { releasedDay } from './released-day.ts';

const NOON_MS = parseIso('2020-03-01T12:00:00Z') as number;
const DAY = dayOf(NOON_MS);
const CODES = ['TEMP', 'CNDC', 'PRES'];

function fact(line: number, facts: Partial<ExpertFlag> = {}): ExpertFlag {
  return {
    line,
    own: String(line).padStart(64, '0'),
    at: NOON_MS,
    by: 'A. Person',
    why: 'a test',
    sensor: 'microcat',
    from: NOON_MS,
    to: NOON_MS + 60_000,
    codes: ['TEMP'],
    flag: 4,
    ...facts,
  };
}

const someFacts = fc
  .array(
    fc.record({
      from: fc.integer({ min: -3, max: 12 }),
      length: fc.integer({ min: 1, max: 8 }),
      codes: fc.subarray(CODES, { minLength: 1 }),
      flag: fc.constantFrom(...FLAG_VALUES),
    }),
    { maxLength: 8 },
  )
  .map((list) =>
    list.map(({ from, length, ...rest }, i) =>
      fact(i + 1, { from: NOON_MS + from * 1000, to: NOON_MS + (from + length) * 1000, ...rest }),
    ),
  );

/** A SBE 37 line a second from noon on. */
function records(count: number, startMs = NOON_MS): RawRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    session: '20200301T115959000Z-0000000a',
    seq: i + 1,
    receivedMs: startMs + i * 1000,
    kind: 'line',
    bytes: Buffer.from(` 13.2${String(i % 10)}00, 3.81000, 2500.000\r`, 'latin1'),
  }));
}

/** The verdicts of a service that starts with this message. */
function judged(plan: SensorPlan, message: ObservationMessage): VerdictMessage {
  return new LiveFlags(plan).judge(message).verdicts;
}

test('the last decision about a value is its flag, and a missing value stays missing', () => {
  fc.assert(
    fc.property(someFacts, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (facts, missing) => {
      const batch = createBatch(CODES, [], 10);
      for (let i = 0; i < 10; i++) {
        const row = openRow(batch);
        batch.time[row] = NOON_MS + i * 1000;
        CODES.forEach((_, c) => {
          batch.values[c][row] = missing[i] && c === 0 ? Number.NaN : 1;
          batch.flags[c][row] = missing[i] && c === 0 ? 9 : 1;
        });
        batch.count++;
      }
      applyExpertFlags(batch, facts);
      for (let i = 0; i < 10; i++) {
        CODES.forEach((code, c) => {
          const about = facts.filter(
            ({ from, to, codes }) => batch.time[i] >= from && batch.time[i] < to && codes.includes(code),
          );
          const expected = missing[i] && c === 0 ? 9 : (about.at(-1)?.flag ?? 1);
          assert.equal(batch.flags[c][i], expected);
        });
      }
    }),
  );
});

test('the fast path and a rebuild give the same flags, and the writer takes them for its own', () => {
  fc.assert(
    fc.property(someFacts, (facts) => {
      const plan = withFacts(planOf(), facts);
      const raw = records(10);
      const message = judged(plan, decodeMessageRecords(plan, raw).observations);
      const rebuilt = rebuildDay(plan, DAY, runOfRecords(raw), 'open');
      const live = batchOfVerdicts(plan, DAY, message.rows);
      assert.equal(live.count, 10);
      live.codes.forEach((_, c) => {
        assert.deepEqual(live.flags[c].subarray(0, 10), rebuilt.batch.flags[c].subarray(0, 10));
      });
      assert.ok(isOwnAnswer(plan, message));
      const other = withFacts(planOf(), [...facts, fact(99)]);
      assert.equal(isOwnAnswer(other, message), false);
    }),
  );
});

test('a verdict shows the decision beside what the tests said', () => {
  const plan = withFacts(planOf(), [
    fact(3, { flag: 3 }),
    fact(5, { from: NOON_MS + 1000, to: NOON_MS + 2000, flag: 8 }),
  ]);
  const { rows, build } = judged(plan, decodeMessageRecords(plan, records(3)).observations);
  const [{ verdicts: first }, { verdicts: second }] = rows;
  assert.deepEqual(
    [first['TEMP'].flag, first['TEMP'].expert, second['TEMP'].flag, second['TEMP'].expert],
    [3, 3, 8, 5],
  );
  assert.equal(first['CNDC'].expert, undefined);
  assert.notDeepEqual(first['TEMP'].tests, {});
  assert.equal(build, plan.stamp);
});

test('in the fast path too, a missing value stays missing', () => {
  // What waits for donors is missing until the day is sealed.
  const plan = withFacts(pairOf().optode, [fact(1, { sensor: 'oxygen', codes: ['DOXY_COMP', 'DOXY'], flag: 4 })]);
  const [{ verdicts }] = judged(plan, decodeMessageRecords(plan, [oxygen(1, NOON_MS)]).observations).rows;
  const shown = ['DOXY_COMP', 'DOXY'].map((code) => [verdicts[code].flag, verdicts[code].expert]);
  assert.deepEqual(shown, [
    [9, undefined],
    [4, 1],
  ]);
});

test('an answer to rows of another build is nobody’s own', () => {
  const plan = withFacts(planOf(), [fact(1)]);
  const { observations } = decodeMessageRecords(plan, records(2));
  const message = judged(plan, { ...observations, build: 'another' });
  assert.equal(isOwnAnswer(plan, message), false);
  assert.notEqual(withExpertFlags(plan, { ...message, rows: [] }).build, plan.stamp);
});

test('decisions leave `build` alone, and change only the days they are about', () => {
  const plain = planOf();
  const plan = withFacts(plain, [fact(1, { from: NOON_MS, to: (DAY + 1) * DAY_MS })]);
  assert.equal(plan.build, plain.build);
  const digests = [DAY - 1, DAY, DAY + 1].map((day) => expertDigest(plan, day, 'sealed'));
  assert.deepEqual(
    digests.map((digest) => digest === undefined),
    [true, false, true],
  );
  for (const [day, changes] of [
    [DAY, true],
    [DAY + 1, false],
  ] as const) {
    const run = runOfRecords(records(3, day * DAY_MS + DAY_MS / 2));
    const [before, after] = [plain, plan].map((each) => rebuildDay(each, day, run, 'sealed'));
    assert.equal(Buffer.compare(before.csv, after.csv) !== 0, changes);
    assert.equal(Buffer.compare(before.netcdf, after.netcdf) !== 0, changes);
    assert.deepEqual(before.content.raw, after.content.raw);
    assert.equal(after.content.expertFlags, expertDigest(plan, day, 'sealed'));
    assert.equal('expertFlags' in after.content, changes);
  }
});

test('the edges of an interval: [from, to), at midnight too', () => {
  const cases: [from: number, to: number, days: number[]][] = [
    [DAY * DAY_MS, (DAY + 1) * DAY_MS, [DAY]],
    [DAY * DAY_MS - 1, DAY * DAY_MS, [DAY - 1]],
    [DAY * DAY_MS - 1, DAY * DAY_MS + 1, [DAY - 1, DAY]],
    [(DAY + 1) * DAY_MS, (DAY + 1) * DAY_MS + 1, [DAY + 1]],
  ];
  for (const [from, to, days] of cases) {
    const plan = withFacts(planOf(), [fact(1, { from, to })]);
    const found = [DAY - 1, DAY, DAY + 1].filter((day) => expertDigest(plan, day, 'open') !== undefined);
    assert.deepEqual(found, days, `${iso(from)} ${iso(to)}`);
  }
});

test('the digest depends on every decision, and on their order', () => {
  const digest = (...facts: ExpertFlag[]) => expertDigest(withFacts(planOf(), facts), DAY, 'open');
  const all = [digest(fact(1)), digest(fact(2)), digest(fact(1), fact(2)), digest(fact(2), fact(1))];
  assert.equal(new Set(all).size, all.length);
  assert.equal(digest(fact(1), fact(2, { sensor: 'cstar' })), digest(fact(1)));
});

test('the files say who decided what and why', () => {
  const plan = withFacts(planOf(), [fact(1, { codes: ['TEMP', 'CNDC'], why: 'pump “off”' })]);
  assert.deepEqual(expertNotes(plan, DAY), [
    '2020-03-01T12:00:00Z/2020-03-01T12:01:00Z TEMP CNDC: 4 (bad_data), pump “off” (A. Person, 2020-03-01)',
  ]);
  const { netcdf } = rebuildDay(plan, DAY, runOfRecords(records(2)), 'open');
  assert.ok(Buffer.from(netcdf).includes('pump “off”'));
});

test('a released day has the rows of the sealed one and says that it is delayed-mode data', () => {
  const plan = planOf();
  const sealed = rebuildDay(plan, DAY, runOfRecords(records(3)), 'sealed');
  const release = { at: NOON_MS + DAY_MS, by: 'A. Person', why: 'checked' };
  const [csv, netcdf] = releasedDay(plan, sealed, release);
  assert.equal(csv.path, 'released/Emso_Microcat/2020-03/MICROCAT_20200301_D.csv');
  assert.equal(netcdf.path, 'released/Emso_Microcat/2020-03/MICROCAT_20200301_D.nc');
  assert.deepEqual(csv.bytes, sealed.csv);
  const text = Buffer.from(netcdf.bytes).toString('latin1');
  for (const part of [
    'Microcat_MICROCAT_D_20200301',
    'delayed mode',
    'L2',
    '2020-03-02T12:00:00Z: released by A. Person: checked',
  ]) {
    assert.ok(text.includes(part), part);
  }
  assert.deepEqual(releasedDay(plan, sealed, release)[1].bytes, netcdf.bytes);
});

test('a donor’s value that an expert calls bad is not taken, and the day that took it is stale', () => {
  const pair = pairOf();
  const about = fact(1, { codes: ['PSAL'], flag: 4 });
  const optode = withFacts(pair.optode, [about]);
  const donorRun = runOfRecords([line(1, NOON_MS, 38.5)]);
  const own = runOfRecords([oxygen(1, NOON_MS)]);
  const [before, after] = [pair.optode, optode].map((plan) => {
    const donors = readOf({ donor: plan.donors[0].plan }, donorRun);
    return rebuildDay(plan, DAY, own, 'sealed', undefined, donors);
  });
  const compensated = ({ batch }: typeof before): number => batch.values[batch.codes.indexOf('DOXY_COMP')][0];
  assert.ok(Number.isFinite(compensated(before)));
  assert.ok(Number.isNaN(compensated(after)));
  assert.equal(before.content.expertFlags, undefined);
  assert.equal(after.content.expertFlags, expertDigest(optode, DAY, 'sealed'));
  assert.notEqual(after.content.expertFlags, undefined);
  // Open days take nothing from donors, and days out of reach took nothing that is spoken of.
  assert.equal(expertDigest(optode, DAY, 'open'), undefined);
  assert.equal(expertDigest(optode, DAY + 2, 'sealed'), undefined);
  assert.equal(new Set(optode.donors.map(({ plan }) => plan)).size, 1);
});

test('faults that only the site can tell', () => {
  const planned = planObservatory(site([sensorFacts()]));
  const cases: [facts: Partial<ExpertFlag>, said: RegExp[]][] = [
    [{}, []],
    [{ sensor: 'nobody' }, [/^2: sensor: expected one of microcat, found 'nobody'; .* emso flag --withdraw$/]],
    [{ codes: ['TEMP', 'ATTN'] }, [/^2: codes: expected codes of microcat \(TEMP, .*found 'ATTN'; /]],
  ];
  for (const [facts, said] of cases) {
    const found = expertFaults(planned, [fact(1), fact(2, facts)]).map(({ line, message }) => `${line}: ${message}`);
    assert.equal(found.length, said.length);
    said.forEach((pattern, i) => {
      assert.match(found[i], pattern);
    });
    const withdrawal = { line: 3, at: 0, by: 'B', why: 'no', withdraw: 2 };
    assert.deepEqual(expertFaults(planned, [fact(1), fact(2, facts), withdrawal]), []);
  }
});
