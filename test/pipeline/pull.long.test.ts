/** `emso pull`: whatever happens to a file on its way, nothing is lost and nothing stands in the archive twice. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { compactDay, DAY_MS, type PullSource } from '@emso/core';
import { parseRawFile } from '@emso/products';
import { type PullPlaces, pullPlaces, TreatedFiles } from '../../services/cli/src/transfer/pull-files.ts';
import { followRoot, type PullContext, type PullOutcome, pullRoot } from '../../services/cli/src/transfer/pull-root.ts';
import { DAY, NOON_MS, placed } from '../../services/writer/src/fixtures/writer-setup.ts';
import { importFile } from '../../services/writer/src/import.ts';
import { RawArchive } from '../../services/writer/src/raw-archive.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { startSsh, withoutSsh } from '../support/ssh-server.ts';
import { filesBelow } from '../support/trees.ts';
import { openStage } from './stage.ts';

const MAIN = path.resolve(import.meta.dirname, '../../services/cli/src/main.ts');
const WITHOUT_RSYNC =
  spawnSync('rsync', ['--version']).error === undefined ? false : 'rsync is not installed (Debian: rsync)';
const [DATE, NEXT] = [compactDay(DAY), compactDay(DAY + 1)];
const TOMORROW_MS = NOON_MS + DAY_MS;

const row = (i: number, date = DATE): string =>
  `${date} 00:00:${String(i).padStart(2, '0')}CST-1186DR\t${7000 + i}\t9219\t11982\t0.092\t537\n`;
const rows = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, i) => row(first + i)).join('');

interface Bench {
  readonly shore: string;
  readonly places: PullPlaces;
  put(name: string, text: string): string;
  days(nowMs?: number): Promise<PullOutcome>;
  follow(nowMs?: number): Promise<PullOutcome>;
  /** Rows of the archive, as the old script wrote them, in file order. */
  archive(): string[];
}

function bench(between: (path: string) => void = () => undefined): Bench {
  const [shore, dir, data] = ['shore', 'pull', 'data'].map(temporaryDirectory);
  const source: PullSource = { id: 'shore', roots: [shore] };
  const places = pullPlaces(dir, {});
  const context = (nowMs: number): PullContext => ({
    places,
    // Read anew each time, as after a restart.
    treated: new TreatedFiles(places.state),
    nowMs,
    signal: new AbortController().signal,
    importFile: async (file) => {
      const archive = new RawArchive(data, placed);
      try {
        return await importFile({ path: file }, { root: data, archive, sensors: [] });
      } finally {
        await archive.close();
        between(file);
      }
    },
  });
  return {
    shore,
    places,
    put(name, text) {
      const file = path.join(shore, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, 'latin1');
      utimesSync(file, NOON_MS / 1000, NOON_MS / 1000);
      return file;
    },
    days: (nowMs = TOMORROW_MS) => pullRoot(source, shore, context(nowMs)),
    follow: (nowMs = NOON_MS) => followRoot(source, shore, context(nowMs)),
    archive: () =>
      filesBelow(path.join(data, 'raw'))
        .filter((name) => name.endsWith('.raw'))
        .flatMap((name) => {
          const { run } = parseRawFile(readFileSync(path.join(data, 'raw', name)));
          return Array.from({ length: run.count }, (_, i) => {
            const stamp = new Date(run.received[i]).toISOString().replace('T', ' ').replaceAll('-', '').slice(0, 17);
            return `${stamp}${Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1')}\n`;
          });
        }),
  };
}

const numbers = ({ listed, due, fetched, added, treated, waiting }: PullOutcome): number[] => [
  ...[listed, due, fetched, added, treated],
  waiting.length,
];

test('days that are over come in, once, are put away under their paths, and today is left alone', {
  skip: WITHOUT_RSYNC,
}, async () => {
  const at = bench();
  at.put(`CSTAR/2026-03/CSTAR_${DATE}.dat`, rows(1, 5));
  at.put(`CSTAR/2026-03/CSTAR_${NEXT}.dat`, row(1, NEXT));
  at.put('CSTAR/notes.txt', 'not a daily file');
  assert.deepEqual(numbers(await at.days()), [1, 1, 1, 5, 1, 0]);
  assert.equal(at.archive().join(''), rows(1, 5));
  const root = at.shore.slice(1);
  assert.deepEqual(filesBelow(at.places.treated), [`shore/${root}/CSTAR/2026-03/CSTAR_${DATE}.dat`]);
  assert.deepEqual(filesBelow(at.places.incoming), []);
  assert.deepEqual(numbers(await at.days()), [1, 0, 0, 0, 0, 0]);
  // A day that was missed comes with the next one.
  assert.deepEqual(numbers(await at.days(TOMORROW_MS + 3 * DAY_MS)), [2, 1, 1, 1, 1, 0]);
});

test('the state file lost: everything is fetched again, and nothing stands twice', {
  skip: WITHOUT_RSYNC,
}, async () => {
  const at = bench();
  at.put(`CSTAR_${DATE}.dat`, rows(1, 5));
  await at.days();
  rmSync(at.places.state);
  assert.deepEqual(numbers(await at.days()), [1, 1, 1, 0, 1, 0]);
  assert.equal(at.archive().join(''), rows(1, 5));
  assert.equal(filesBelow(at.places.treated).length, 1);
});

test('a file that grows while it is read waits; its next state brings the rest', { skip: WITHOUT_RSYNC }, async () => {
  const at = bench();
  const file = at.put(`CSTAR_${DATE}.dat`, rows(1, 3));
  assert.deepEqual(numbers(await at.days()), [1, 1, 1, 3, 1, 0]);
  // It has grown since it was treated: both states are treated, and the longer one is kept.
  appendFileSync(file, rows(4, 6));
  assert.deepEqual(numbers(await at.days()), [1, 1, 1, 3, 1, 0]);
  assert.equal(at.archive().join(''), rows(1, 6));
  assert.deepEqual(
    filesBelow(at.places.treated).map((name) => readFileSync(path.join(at.places.treated, name), 'latin1')),
    [rows(1, 6)],
  );
});

test('a last line without its end is held back for a day, then taken as it is', { skip: WITHOUT_RSYNC }, async () => {
  const at = bench();
  const torn = row(3).slice(0, 30);
  const file = at.put(`CSTAR_${DATE}.dat`, rows(1, 2) + torn);
  const soon = NOON_MS + DAY_MS / 2 + 1000;
  const first = await at.days(soon);
  assert.deepEqual(numbers(first), [1, 1, 1, 2, 0, 1]);
  assert.match(first.waiting[0], /its last line has no end yet/);
  appendFileSync(file, row(3).slice(30));
  utimesSync(file, NOON_MS / 1000, NOON_MS / 1000);
  assert.deepEqual(numbers(await at.days(soon)), [1, 1, 1, 1, 1, 0]);
  assert.equal(at.archive().join(''), rows(1, 3));
  const other = bench();
  other.put(`CSTAR_${DATE}.dat`, rows(1, 2) + torn);
  assert.deepEqual(numbers(await other.days(NOON_MS + 2 * DAY_MS)), [1, 1, 1, 3, 1, 0]);
  assert.deepEqual(other.archive().at(-1), `${torn}\n`);
});

test('a transfer that was cut short is not taken for the file', { skip: WITHOUT_RSYNC }, async () => {
  const at = bench();
  const file = at.put(`CSTAR_${DATE}.dat`, rows(1, 9));
  const here = path.join(at.places.incoming, 'shore', at.shore.slice(1), `CSTAR_${DATE}.dat`);
  // What an earlier program left: shorter, and as old as the original, so that size or time alone would do for a careless one.
  mkdirSync(path.dirname(here), { recursive: true });
  writeFileSync(here, rows(1, 9).slice(0, 100));
  utimesSync(here, NOON_MS / 1000, NOON_MS / 1000);
  assert.deepEqual(numbers(await at.days()), [1, 1, 1, 9, 1, 0]);
  assert.equal(at.archive().join(''), rows(1, 9));
  // The same size and time, other bytes: rsync leaves it, the checksum tells.
  const next = at.put(`CSTAR_${compactDay(DAY - 1)}.dat`, row(1, compactDay(DAY - 1)));
  const wrong = path.join(path.dirname(here), path.basename(next));
  writeFileSync(wrong, readFileSync(next, 'latin1').replace('7001', '7777'), 'latin1');
  utimesSync(wrong, NOON_MS / 1000, NOON_MS / 1000);
  const outcome = await at.days();
  assert.deepEqual([outcome.treated, outcome.added], [1, 1], outcome.waiting.join());
  assert.ok(!at.archive().some((text) => text.includes('7777')));
  assert.ok(existsSync(file));
});

test('a duplicate under another spelling, in another folder, longer or shorter, brings only what is missing', {
  skip: WITHOUT_RSYNC,
}, async () => {
  const at = bench();
  at.put(`a/CSTAR_${DATE}.dat`, rows(1, 5));
  at.put(`b/CTAR_${DATE}.dat`, rows(1, 7));
  at.put(`c/CSTAR_${DATE}.dat`, rows(3, 4));
  assert.deepEqual(numbers(await at.days()), [3, 3, 3, 7, 3, 0]);
  assert.equal(at.archive().sort().join(''), rows(1, 7));
  assert.equal(filesBelow(at.places.treated).length, 3);
});

test('followed: whole lines so far, the rest with the next time, and the night takes the file as it ended', {
  skip: WITHOUT_RSYNC,
}, async () => {
  const at = bench();
  const file = at.put(`CSTAR_${DATE}.dat`, rows(1, 2) + row(3).slice(0, 40));
  assert.deepEqual(numbers(await at.follow()), [1, 1, 1, 2, 0, 0]);
  appendFileSync(file, row(3).slice(40) + row(4).slice(0, 18));
  assert.deepEqual(numbers(await at.follow()), [1, 1, 1, 1, 0, 0]);
  appendFileSync(file, row(4).slice(18) + row(5));
  assert.deepEqual(numbers(await at.follow()), [1, 1, 1, 2, 0, 0]);
  assert.equal(at.archive().join(''), rows(1, 5));
  appendFileSync(file, row(6));
  assert.deepEqual(numbers(await at.days()), [1, 1, 1, 1, 1, 0]);
  assert.equal(at.archive().join(''), rows(1, 6));
  assert.deepEqual(numbers(await at.follow(TOMORROW_MS)), [1, 0, 0, 0, 0, 0]);
  assert.deepEqual([at.places.growing, at.places.whole].flatMap(filesBelow), []);
});

test('a file that changes between its import and its being put away is treated once more', {
  skip: WITHOUT_RSYNC,
}, async () => {
  let file = '';
  let grown = false;
  const at = bench(() => {
    if (!grown) appendFileSync(file, row(4));
    grown = true;
  });
  file = at.put(`CSTAR_${DATE}.dat`, rows(1, 3));
  await at.days();
  await at.days();
  assert.equal(at.archive().join(''), rows(1, 4));
  truncateSync(file, 10);
  await at.days();
  assert.equal(at.archive().join(''), rows(1, 4));
});

test('over ssh, through the real writer: emso pull --once', { skip: withoutSsh() ?? false }, async (t) => {
  const stage = await openStage(t, { lines: 0 });
  const ssh = await startSsh();
  t.after(() => ssh.stop());
  const [shore, dir] = ['shore', 'pull'].map(temporaryDirectory);
  mkdirSync(path.join(shore, 'PRESSION'));
  for (const [root, text] of [
    [shore, rows(1, 5)],
    [path.join(shore, 'PRESSION'), rows(4, 8)],
  ] as const) {
    writeFileSync(path.join(root, `CSTAR_${DATE}.dat`), text, 'latin1');
  }
  const { host, port, user, identityFile, knownHostsFile } = ssh;
  const source = { id: 'la-seyne', host, port, user, identityFile, knownHostsFile, roots: [shore] };
  appendFileSync(stage.site, `\npull: ${JSON.stringify({ sources: [source], timeZone: 'Europe/Paris' })}\n`);
  const pull = () =>
    spawnSync(
      process.execPath,
      [MAIN, 'pull', '--once', '--json', '--data', stage.dataDir, '--dir', dir, '--observatory', stage.site],
      {
        encoding: 'utf8',
      },
    );
  mkdirSync(stage.dataDir, { recursive: true });
  const alone = pull();
  assert.equal(alone.status, 3, alone.stderr);
  assert.match(alone.stderr, /expected a running writer/);
  const writer = await stage.start('writer');
  await waitFor(async () => (await fetch(`${writer.url}/readyz`)).ok, {
    what: 'the writer to be ready',
    timeoutMs: 20_000,
  });
  const done = pull();
  assert.equal(done.status, 0, done.stderr);
  const [outcome] = (JSON.parse(done.stdout) as { outcomes: PullOutcome[] }).outcomes;
  assert.deepEqual(numbers(outcome), [2, 2, 2, 8, 2, 0]);
  await ssh.stop();
  const away = pull();
  assert.equal(away.status, 3);
  assert.match(away.stderr, /la-seyne .*expected a tree that can be listed, found exit code \d+/);
});
