/** PROMISE 12: what `--fill-gaps` takes, and which rows are live records too. The C-Star says a line a minute. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compactDay, DAY_MS, isoMs, type RawRecord, type RecordKind } from '@emso/core';
import { temporaryDirectory } from '../../../test/support/servers.ts';
import { DAY, NOON_MS, placed, planOf, SESSION } from './fixtures/writer-setup.ts';
import { importFile } from './import.ts';
import { RawArchive } from './raw-archive.ts';

/** Seconds from noon, and the text. */
type Said = readonly [atS: number, text: string, kind?: RecordKind];
type Expected = readonly [added: number, known: number, covered: number, paired: number];

interface Case {
  readonly what: string;
  readonly live: readonly Said[];
  readonly rows: readonly Said[];
  /** Of an import into a fresh archive, with and without `fillGaps`. */
  readonly filled: Expected;
  readonly whole: Expected;
  /** Of an import without it after one with it. */
  readonly after: Expected;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const MIDNIGHT = -12 * HOUR;

const CASES: readonly Case[] = [
  {
    what: 'nothing live',
    live: [],
    rows: [[0, 'a']],
    filled: [1, 0, 0, 0],
    whole: [1, 0, 0, 0],
    after: [0, 1, 0, 0],
  },
  {
    what: 'between two lines three cadences apart',
    live: [
      [0, 'a'],
      [3 * MINUTE, 'b'],
    ],
    rows: [[90, 'x']],
    filled: [0, 0, 1, 0],
    whole: [1, 0, 0, 0],
    after: [1, 0, 0, 0],
  },
  {
    what: 'between two lines further apart',
    live: [
      [0, 'a'],
      [3 * MINUTE + 0.001, 'b'],
    ],
    rows: [[90, 'x']],
    filled: [1, 0, 0, 0],
    whole: [1, 0, 0, 0],
    after: [0, 1, 0, 0],
  },
  {
    what: 'before the first and after the last line',
    live: [
      [0, 'a'],
      [60, 'b'],
    ],
    rows: [
      [-5, 'x'],
      [65, 'y'],
    ],
    filled: [2, 0, 0, 0],
    whole: [2, 0, 0, 0],
    after: [0, 2, 0, 0],
  },
  {
    what: 'on a line, with another text',
    live: [[0, 'a']],
    rows: [[0, 'x']],
    filled: [0, 0, 1, 0],
    whole: [1, 0, 0, 0],
    after: [1, 0, 0, 0],
  },
  {
    what: 'the lines at both ends of a gap are no part of it, although their stamps lie in it',
    live: [
      [0.3, 'a\r'],
      [HOUR + 0.7, 'b\r'],
    ],
    rows: [
      [1, 'a'],
      [MINUTE, 'x'],
      [HOUR, 'b'],
    ],
    filled: [1, 0, 2, 0],
    whole: [3, 0, 0, 2],
    after: [2, 1, 0, 2],
  },
  {
    what: 'two equal rows, one live record',
    live: [[0.5, 'a']],
    rows: [
      [0, 'a'],
      [1, 'a'],
    ],
    filled: [1, 0, 1, 0],
    whole: [2, 0, 0, 1],
    after: [1, 1, 0, 1],
  },
  {
    what: 'events cover nothing, nor do cut lines',
    live: [
      [0, 'lost', 'event'],
      [60, 'connected', 'event'],
      [100, 'cu', 'partial'],
      [130, 'cu', 'partial'],
    ],
    rows: [
      [30, 'x'],
      [120, 'y'],
    ],
    filled: [2, 0, 0, 0],
    whole: [2, 0, 0, 0],
    after: [0, 2, 0, 0],
  },
  {
    what: 'lines before and after midnight cover what lies between',
    live: [
      [MIDNIGHT - 50, 'a'],
      [MIDNIGHT + 50, 'b'],
    ],
    rows: [
      [MIDNIGHT - 10, 'x'],
      [MIDNIGHT + 10, 'y'],
    ],
    filled: [0, 0, 2, 0],
    whole: [2, 0, 0, 0],
    after: [2, 0, 0, 0],
  },
];

/** An archive that holds these live records. */
async function archiveOf(live: readonly Said[]): Promise<{ root: string; archive: RawArchive }> {
  const root = temporaryDirectory('root');
  const archive = new RawArchive(root, placed);
  const records = live.map(
    ([atS, text, kind = 'line'], i): RawRecord => ({
      session: SESSION,
      seq: i + 1,
      receivedMs: NOON_MS + 1000 * atS,
      kind,
      bytes: Buffer.from(text, 'latin1'),
    }),
  );
  if (records.length > 0) await archive.append([{ platform: 'mii', sensor: 'cstar', records }], NOON_MS);
  return { root, archive };
}

function fileOf(rows: readonly Said[]): string {
  const path = join(temporaryDirectory('originals'), `CSTAR_${compactDay(DAY)}.dat`);
  const texts = rows.map(([atS, text]) => {
    const iso = isoMs(NOON_MS + 1000 * atS);
    return `${iso.slice(0, 10).replaceAll('-', '')} ${iso.slice(11, 19)}${text}\n`;
  });
  writeFileSync(path, texts.join(''));
  return path;
}

for (const { what, live, rows, filled, whole, after } of CASES) {
  test(what, async () => {
    const path = fileOf(rows);
    const open = async () => {
      const { root, archive } = await archiveOf(live);
      const importIt = async (fillGaps: boolean): Promise<Expected> => {
        const { added, known, covered, paired } = await importFile({ path, fillGaps }, { root, archive, sensors: [] });
        return [added, known, covered, paired];
      };
      const rowsThere = async (): Promise<number> => (await archive.read(planOf('cstar'), DAY - 1, DAY)).count;
      return { importIt, rowsThere, close: () => archive.close() };
    };
    const first = await open();
    assert.deepEqual(await first.importIt(true), filled, 'with --fill-gaps');
    const [added, , covered] = filled;
    assert.deepEqual(await first.importIt(true), [0, added, covered, 0], 'with it again');
    assert.equal(await first.rowsThere(), live.length + added);
    assert.deepEqual(await first.importIt(false), after, 'then without');
    assert.equal(await first.rowsThere(), live.length + rows.length);
    await first.close();
    const second = await open();
    assert.deepEqual(await second.importIt(false), whole, 'without');
    assert.deepEqual(await second.importIt(true), [0, rows.length, 0, whole[3]], 'then with');
    assert.equal(await second.rowsThere(), live.length + rows.length);
    await second.close();
  });
}

test('a cadence of days is looked for days away', async () => {
  // Neither a flat line of hours nor the spread of a day can be told from samples of days.
  const slow = planOf('cstar', (site) =>
    site
      .replace(/cadenceMs: 60000(?= # assumed)/, `cadenceMs: ${DAY_MS}`)
      .replace(/(ATTN: .*), flatLine: \{[^}]*\}, attenuatedSignal: \{[^}]*\}/, '$1'),
  );
  assert.equal(slow.sensor.cadenceMs, DAY_MS);
  const root = temporaryDirectory('root');
  const archive = new RawArchive(root, [slow]);
  const at = (days: number, seq: number): RawRecord => ({
    session: SESSION,
    seq,
    receivedMs: NOON_MS + days * DAY_MS,
    kind: 'line',
    bytes: Buffer.from('a'),
  });
  await archive.append([{ platform: 'mii', sensor: 'cstar', records: [at(-1.9, 1), at(1, 2)] }], NOON_MS);
  const path = fileOf([[0, 'x']]);
  assert.equal((await importFile({ path, fillGaps: true }, { root, archive, sensors: [] })).covered, 1);
  await archive.close();
});
