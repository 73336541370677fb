/** What a state means: a table of findings and the problem each becomes, their order, and a text that fits its columns. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { freePort, temporaryDirectory } from '../../../../test/support/waiting.ts';
import { greetBroker } from './broker-greeting.ts';
import type { BacklogFacts, ChainFacts, ComparisonFacts, SensorFacts, ServiceFacts } from './facts.ts';
import { gatherFacts } from './gather.ts';
import { type Problem, problemsOf } from './problems.ts';
import { startsOf } from './service-starts.ts';
import { statusText } from './status-text.ts';
import { SERVICES } from './supervisor.ts';

const AT = '2026-03-01T12:00:00Z';
const NONE: BacklogFacts = { records: 0, bytes: 0, oldest: null, complete: true };
const since = (oldest: string): BacklogFacts => ({ records: 3, bytes: 300, oldest, complete: true });

const SENSOR: SensorFacts = {
  platform: 'mii',
  sensor: 'cstar',
  cadenceMs: 60_000,
  link: 'up',
  lastLine: '2026-03-01T11:59:30Z',
  waiting: NONE,
  unarchived: NONE,
  undecoded: 0,
  decoded: 100,
  rejected: 0,
  conflicts: 0,
  openDays: 1,
  dirtyDays: 0,
  incompleteDays: 0,
  staleDays: 0,
  divergentRows: 0,
  divergentRowsEver: 0,
  gap: null,
  gaps: [],
  validation: { oldestDay: '2025-03-01', dueDay: '2027-03-01', daysLeft: 365 },
  damagedManifests: [],
};

const COMPARED: ComparisonFacts = {
  comparison: 'pair',
  day: '2026-02-27',
  rows: 100,
  suspect: 8,
  bad: 2,
  latestDifference: 0.05,
};

const serviceOf = (name: string): ServiceFacts => ({
  name,
  state: 'ready',
  why: null,
  url: 'http://127.0.0.1:1',
  startedAt: '2026-03-01T00:00:00Z',
  starts: 1,
});

const WELL: ChainFacts = {
  at: AT,
  services: SERVICES.map(serviceOf),
  broker: 'answers',
  raw: { bytes: 10, limitBytes: 1000, unarchivedMessages: 0, oldestUnarchived: null },
  disks: [{ what: 'data', freeBytes: 50e9, sizeBytes: 100e9 }],
  sensors: [SENSOR],
  deliveries: [],
  checksumFailures: 0,
  comparisons: [COMPARED],
  ledger: {},
};

const DELIVERY = {
  target: 'seanoe',
  kind: 'sftp',
  delivered: 12,
  waiting: 0,
  lastError: null,
  at: '2026-03-01T11:00:00Z',
} as const;

const sensor = (change: Partial<SensorFacts>): ChainFacts => ({ ...WELL, sensors: [{ ...SENSOR, ...change }] });
const role = (name: string, change: Partial<ServiceFacts>): ChainFacts => ({
  ...WELL,
  services: WELL.services.map((each) => (each.name === name ? { ...each, ...change } : each)),
});
const raw = (bytes: number): ChainFacts => ({
  ...WELL,
  raw: { bytes, limitBytes: 1000, unarchivedMessages: 0, oldestUnarchived: null },
});
const disk = (freeBytes: number): ChainFacts => ({ ...WELL, disks: [{ what: 'spool', freeBytes, sizeBytes: 100e9 }] });

const CASES: readonly [name: string, facts: ChainFacts, grade: Problem['grade'] | undefined, words: RegExp][] = [
  ['all well', WELL, undefined, /^$/],
  ['acquirer gone', role('acquirer', { state: 'not running' }), 'lines are lost', /acquirer: not running/],
  ['writer hangs', role('writer', { state: 'no answer', why: 'no answer within 2 s' }), 'lines at risk', /within 2 s/],
  ['decoder gone', role('decoder', { state: 'not running' }), 'files are late', /decoder: not running/],
  ['qc starting', role('qc', { state: 'not ready', why: 'starting' }), 'files are late', /not ready: starting/],
  ['four starts', role('writer', { starts: 4 }), undefined, /^$/],
  ['five starts', role('writer', { starts: 5 }), 'lines at risk', /started 5 times/],
  ['starts not known', role('writer', { starts: null }), undefined, /^$/],
  ['a target that has all', { ...WELL, deliveries: [DELIVERY] }, undefined, /^$/],
  [
    'a target that is away',
    { ...WELL, deliveries: [{ ...DELIVERY, waiting: 7, lastError: 'no route' }] },
    'files are late',
    /seanoe: delivery: 7 files wait: no route/,
  ],
  ['broker gone', { ...WELL, broker: 'not running' }, 'lines at risk', /broker: not running.*kept in the spool/],
  ['broker frozen', { ...WELL, broker: 'does not answer' }, 'lines at risk', /frozen/],
  ['broker elsewhere', { ...WELL, broker: 'unknown' }, undefined, /^$/],
  ['RAW not known', { ...WELL, raw: null }, 'not known', /how full RAW is/],
  ['RAW at 69.9 %', raw(699), undefined, /^$/],
  ['RAW at 70 %', raw(700), 'lines at risk', /RAW is 70 % full/],
  ['disk at 5 %', disk(5e9), undefined, /^$/],
  ['disk below 5 %', disk(4.9e9), 'lines at risk', /4\.9 GB left under spool/],
  ['no sensors', { ...WELL, sensors: [] }, 'not known', /nobody says/],
  [
    'sensors that disagree',
    { ...WELL, comparisons: [{ ...COMPARED, suspect: 9 }] },
    'values are suspect',
    /pair: 9 of 100 rows suspect and 2 bad on 2026-02-27/,
  ],
  ['comparisons that cannot be read', { ...WELL, comparisons: null }, undefined, /^$/],
  ['checksums', { ...WELL, checksumFailures: 2 }, 'files are wrong', /2 files/],
  ['a moment in RAW', sensor({ unarchived: since('2026-03-01T11:59:45Z') }), undefined, /^$/],
  [
    'long in RAW',
    sensor({ unarchived: since('2026-03-01T11:59:44Z') }),
    'lines at risk',
    /published.*see to the writer/,
  ],
  [
    'long in the spool',
    sensor({ unarchived: since('2026-03-01T11:59:00Z'), waiting: since('2026-03-01T11:59:00Z') }),
    'lines at risk',
    /3 of them are in the spool only.*see to the broker/,
  ],
  ['spool not read', sensor({ unarchived: null }), 'not known', /not known/],
  ['no spool to read', sensor({ link: 'not acquired', unarchived: null }), undefined, /^$/],
  ['spool too long', sensor({ unarchived: { ...NONE, complete: false } }), 'not known', /too long/],
  [
    'disconnected',
    sensor({ gap: { since: AT, cause: 'disconnected' } }),
    'lines are lost',
    /disconnected since 2026.*power/,
  ],
  ['silent', sensor({ gap: { since: null, cause: 'silence' } }), 'lines are lost', /silent and no line of it is known/],
  ['spool full', sensor({ gap: { since: AT, cause: 'spool-full' } }), 'lines are lost', /full.*make room/],
  ['not acquired', sensor({ gap: { since: AT, cause: 'acquirer-stopped' } }), 'lines are lost', /start the acquirer/],
  ['conflicts', sensor({ conflicts: 1 }), 'files are wrong', /other bytes/],
  ['divergence', sensor({ divergentRows: 3 }), 'files are wrong', /3 rows/],
  ['divergence of long ago', sensor({ divergentRowsEver: 3 }), undefined, /^$/],
  ['damaged manifest', sensor({ damagedManifests: ['manifest/x.json'] }), 'files are wrong', /manifest\/x\.json/],
  ['incomplete', sensor({ incompleteDays: 2 }), 'files are wrong', /2 days.*import/],
  ['stale', sensor({ staleDays: 4 }), 'files are late', /4 sealed days.*emso seal --stale/],
  ['dirty', sensor({ dirtyDays: 4 }), undefined, /^$/],
  [
    'overdue',
    sensor({ validation: { oldestDay: '2024-02-20', dueDay: '2026-02-20', daysLeft: -9 } }),
    'files are late',
    /2024-02-20 is not released and was due on 2026-02-20, 9 days ago.*emso release/,
  ],
  [
    'due today',
    sensor({ validation: { oldestDay: '2024-03-01', dueDay: '2026-03-01', daysLeft: 0 } }),
    undefined,
    /^$/,
  ],
  ['all released', sensor({ validation: { oldestDay: null, dueDay: null, daysLeft: null } }), undefined, /^$/],
  ['releases not read', sensor({ validation: null }), undefined, /^$/],
  [
    'days not known',
    sensor({ openDays: null, dirtyDays: null, staleDays: null, incompleteDays: null }),
    undefined,
    /^$/,
  ],
];

const inWords = ({ where, what, todo }: Problem): string => `${where}: ${what}; ${todo}`;

describe('a finding and its problem', () => {
  for (const [name, facts, grade, words] of CASES) {
    test(name, () => {
      const problems = problemsOf(facts);
      assert.deepEqual(
        problems.map((problem) => problem.grade),
        grade === undefined ? [] : [grade],
      );
      assert.match(problems.map(inWords).join('\n'), words);
      assert.equal(/^all well$/m.test(statusText(facts, problems)), grade === undefined);
    });
  }
});

test('whatever happens together: the gravest first, each once, and the text fits 120 columns', () => {
  const ORDER = [
    'lines are lost',
    'lines at risk',
    'files are wrong',
    'values are suspect',
    'files are late',
    'not known',
  ];
  const unknown = (key: keyof SensorFacts): boolean => SENSOR[key] === 0 || key === 'waiting' || key === 'unarchived';
  const sensorFacts = fc
    .tuple(
      fc.subarray(CASES.map(([, facts]) => facts.sensors[0] ?? SENSOR)),
      fc.subarray(Object.keys(SENSOR) as (keyof SensorFacts)[]),
    )
    .map(([changes, forgotten]) => {
      const merged = Object.assign(
        {},
        SENSOR,
        ...changes.map((change) =>
          Object.fromEntries(
            Object.entries(change).filter(([key, value]) => value !== SENSOR[key as keyof SensorFacts]),
          ),
        ),
      );
      for (const key of forgotten) if (unknown(key)) merged[key] = null;
      return { ...merged, sensor: 'albatross-aquadopp-2400', platform: 'albatross' } as SensorFacts;
    });
  const arbitrary = fc
    .record({
      parts: fc.subarray(CASES.map(([, { sensors: _, ...rest }]) => rest)),
      sensors: fc.array(sensorFacts, { maxLength: 4 }),
    })
    .map(({ parts, sensors }): ChainFacts => ({ ...Object.assign({}, WELL, ...parts), sensors }));
  fc.assert(
    fc.property(arbitrary, (facts) => {
      const problems = problemsOf(facts);
      const ranks = problems.map(({ grade }) => ORDER.indexOf(grade));
      assert.ok(!ranks.includes(-1), JSON.stringify(problems));
      assert.deepEqual(
        ranks,
        ranks.toSorted((a, b) => a - b),
      );
      const text = statusText(facts, problems);
      for (const line of text.split('\n')) assert.ok(line.length <= 120, line);
      assert.equal(text.match(/^! /gm)?.length ?? 0, problems.length);
      assert.doesNotMatch(text, /undefined|NaN|null/);
    }),
  );
});

test('what is not known is a question mark, never 0', () => {
  const lost = {
    openDays: null,
    dirtyDays: null,
    incompleteDays: null,
    staleDays: null,
    decoded: null,
    rejected: null,
  };
  const facts = sensor({
    ...lost,
    waiting: null,
    unarchived: null,
    undecoded: null,
    divergentRows: null,
    divergentRowsEver: null,
    gaps: null,
  });
  const text = statusText({ ...facts, raw: null, broker: 'unknown', disks: [] }, []);
  const rows = text.split('\n').filter((line) => line.startsWith('cstar'));
  assert.deepEqual(
    rows.map((row) => row.split(/ {2,}/).slice(1)),
    [
      ['up', '30 s', '?', '?', '?', '?', '?', '?'],
      ['?', '?', '?', '?', '?', '?'],
    ],
  );
  assert.match(text, /^broker: \?; RAW: \?$/m);
  assert.match(text, /^free: \?$/m);
  assert.match(text, /^gaps of the last days: \? \(cstar\)$/m);
});

test('a broker is what it says: nothing there, silent, another service, alive', async (t) => {
  const dir = temporaryDirectory('greeting');
  assert.equal(await greetBroker(dir), 'unknown');
  const say: { greeting?: string } = {};
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (say.greeting !== undefined) socket.write(say.greeting);
  });
  t.after(() => server.close());
  const port = await freePort();
  writeFileSync(join(dir, 'nats.conf'), `host: 127.0.0.1\nport: ${port}\n`);
  assert.equal(await greetBroker(dir), 'not running');
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  assert.equal(await greetBroker(dir), 'does not answer');
  say.greeting = 'HTTP/1.1 400\r\n';
  assert.equal(await greetBroker(dir), 'unknown');
  say.greeting = 'INFO {"server_id":"x"}\r\n';
  assert.equal(await greetBroker(dir), 'answers');
});

test('starts are counted in the log, within the time', async () => {
  const dir = temporaryDirectory('starts');
  mkdirSync(join(dir, 'logs'));
  const at = (time: string, msg: string): string => `{"level":"info","time":"${time}","service":"qc","msg":"${msg}"}\n`;
  const log =
    at('2026-03-01T10:00:00.000Z', 'listening') +
    at('2026-03-01T11:30:00.000Z', 'listening') +
    at('2026-03-01T11:31:00.000Z', 'started');
  writeFileSync(join(dir, 'logs', 'qc.log'), `torn${log}${at('2026-03-01T11:59:00.000Z', 'listening')}`);
  assert.equal(await startsOf(dir, 'qc', Date.parse('2026-03-01T11:00:00Z')), 2);
  assert.equal(await startsOf(dir, 'qc', Date.parse('2026-03-01T12:00:00Z')), undefined);
  assert.equal(await startsOf(dir, 'writer', 0), undefined);
});

test('nothing there is nothing; a directory with data and nobody in it is not', async () => {
  const dir = temporaryDirectory('status');
  assert.equal(await gatherFacts(dir), undefined);
  mkdirSync(join(dir, 'data', 'raw'), { recursive: true });
  const facts = await gatherFacts(dir);
  assert.deepEqual(
    facts?.services.map(({ name, state }) => [name, state]),
    SERVICES.map((name) => [name, 'not running']),
  );
});

test('the years that are left for validation, the most urgent first', () => {
  const of = (sensor: string, daysLeft: number): SensorFacts => ({
    ...SENSOR,
    sensor,
    validation: { oldestDay: '2024-12-01', dueDay: '2026-12-01', daysLeft },
  });
  const none = { oldestDay: null, dueDay: null, daysLeft: null };
  const sensors = [of('oxygen', 300), of('cstar', 12), of('microcat', -5)];
  const done = { ...SENSOR, sensor: 'pressure', validation: none };
  const text = statusText(
    { ...WELL, sensors: [...sensors, done, { ...SENSOR, sensor: 'aquadopp', validation: null }] },
    [],
  );
  assert.deepEqual(text.match(/^validation: .*$/gm), [
    'validation: microcat 2024-12-01 and later not released, overdue since 5 days (2026-12-01)',
    'validation: cstar 2024-12-01 and later not released, due in 12 days (2026-12-01)',
    'validation: oxygen 2024-12-01 and later not released, due in 300 days (2026-12-01)',
    'validation: ? (aquadopp)',
  ]);
});
