/** The command as a shell sees it: spawned, with its exit codes, its two outputs and its pipes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatRawRows } from '@emso/products';

const MAIN = join(import.meta.dirname, 'main.ts');
const CAPTURES = join(import.meta.dirname, '..', 'captures');
const OPTODE = join(CAPTURES, 'aanderaa-optode.txt');
const CSTAR = join(CAPTURES, 'wetlabs-cstar.txt');

const dir = mkdtempSync(join(tmpdir(), 'emso-cli-'));
after(() => rmSync(dir, { recursive: true }));

interface Run {
  code: number | null;
  out: string;
  err: string;
}

async function emso(args: readonly string[], input: Uint8Array | string = ''): Promise<Run> {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const run: Run = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.err += text;
  });
  child.stdin.end(input);
  [run.code] = await once(child, 'close');
  return run;
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const issues = (run: Run): Record<string, unknown>[] =>
  run.out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

test('exit codes and where the words go', async () => {
  const cases: [args: string[], code: number, out: RegExp, err: RegExp][] = [
    [['--help'], 0, /^Examples:\n.*Exit codes/s, /^$/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [['decode', '--help'], 0, /^Examples:/, /^$/],
    [['simulate', '--help'], 0, /^Examples:/, /^$/],
    [[], 2, /^$/, /^Examples:/],
    [['bogus'], 2, /^$/, /unknown command 'bogus'/],
    [['decode', 'wetlabs-cstar'], 2, /^$/, /missing required argument 'file'/],
    [['decode', '--nonsense'], 2, /^$/, /unknown option/],
    [['simulate', '--speed', '0'], 2, /^$/, /Expected a number above 0/],
    [['simulate', '--lines', '1.5'], 2, /^$/, /Expected a whole number/],
    [['decode', 'clock', CSTAR], 2, /^$/, /^emso: expected an instrument model, found 'clock'.*wetlabs-cstar/s],
    [['decode', 'wetlabs-cstar', '--set', 'colour=red', CSTAR], 2, /^$/, /^emso: settings of wetlabs-cstar: 1 fault/],
    [
      ['decode', 'wetlabs-cstar', join(dir, 'absent')],
      3,
      /^$/,
      /^emso: expected a readable file, found ENOENT.*absent/,
    ],
    [['decode', 'wetlabs-cstar', dir], 3, /^$/, /^emso: expected a readable file, found EISDIR/],
    [['simulate', '--observatory', join(dir, 'absent')], 3, /^$/, /^emso: expected a readable .*absent/],
    [['simulate', '--sensor', 'microcat', '--log', join(CSTAR, 'x')], 3, /^$/, /^emso: ENOTDIR/],
    [['simulate', '--sensor', 'nobody'], 2, /^$/, /^emso: --sensor: expected one of .*microcat.*found 'nobody'/],
    [['decode', 'wetlabs-cstar', CSTAR], 0, /^\{"kind":"decoded"/, /^1 decoded, 0 ignored, 0 rejected\n$/],
  ];
  for (const [args, code, out, err] of cases) {
    const run = await emso(args);
    assert.equal(run.code, code, `${args.join(' ')}: ${run.err}`);
    assert.match(run.out, out, args.join(' '));
    assert.match(run.err, err, args.join(' '));
    assert.doesNotMatch(run.err, /^ {4}at /m, `no stack: ${args.join(' ')}`);
  }
});

test('decode says what became of every line', async () => {
  const lines = file('lines.txt', '  13.2974,  4.59963, 2505.600, 01 Aug 2019, 00:00:00\r\nS>\r\n  13.2974,  4.5\r\n');
  const settings = ['--set', 'fields=TEMP,CNDC,PRES', '--set', 'conductivityUnit=S/m', '--set', 'outputFormat=1'];
  const run = await emso(['decode', 'sbe37-microcat', ...settings, lines]);
  assert.deepEqual(issues(run), [
    {
      kind: 'decoded',
      line: 0,
      time: '2019-08-01T00:00:00Z',
      timeSource: 'instrument',
      values: { TEMP: 13.2974, CNDC: 4.59963, PRES: 2505.6 },
      raw: {},
    },
    { kind: 'ignored', line: 1 },
    { kind: 'rejected', line: 2, reason: 'field-count', position: 15 },
  ]);
  assert.equal(run.err, '1 decoded, 1 ignored, 1 rejected\n');
});

test('historical rows: by name, or with --rows; damaged ones keep their place', async () => {
  const text = `20190601 00:00:01CST-2405PR\t11531\t15780\t15783\t-0.087\t544\nno stamp\n20190601 00:00:02`;
  const named = await emso(['decode', 'wetlabs-cstar', file('CSTAR_20190601.dat', text)]);
  const told = await emso(['decode', 'wetlabs-cstar', '--rows', '-'], text);
  assert.equal(named.out, told.out);
  assert.match(named.err, /read as rows of a historical daily file/);
  assert.equal(told.err, '1 decoded, 1 ignored, 1 rejected\n');
  assert.deepEqual(
    issues(named).map(({ kind, line, time, timeSource, reason }) => [kind, line, time ?? reason, timeSource]),
    [
      ['decoded', 0, '2019-06-01T00:00:01Z', 'received'],
      ['rejected', 1, 'damaged', undefined],
      ['ignored', 2, undefined, undefined],
    ],
  );
});

test('a file of the raw archive: kinds are respected, a torn last row is shown', async () => {
  const line = Buffer.from('CST-2405PR\t11531\t15780\t15783\t-0.087\t544\r');
  const session = '20190801T000000000Z-0a1b2c3d';
  const receivedMs = Date.UTC(2019, 7, 1, 0, 0, 2, 123);
  const kinds = ['event', 'line', 'partial', 'piece'] as const;
  const rows = formatRawRows(kinds.map((kind, i) => ({ session, seq: i + 1, receivedMs, kind, bytes: line })));
  const path = file('CSTAR_20190801.raw', Buffer.concat([rows, Buffer.from('not a row\n'), rows.subarray(0, 40)]));
  const run = await emso(['decode', 'wetlabs-cstar', path]);
  assert.match(run.err, /read as rows of the raw archive/);
  assert.deepEqual(
    issues(run).map(({ kind, line: at, time, reason }) => [kind, at, time ?? reason]),
    [
      ['ignored', 0, undefined],
      ['decoded', 1, '2019-08-01T00:00:02.123Z'],
      ['rejected', 2, 'partial'],
      ['rejected', 3, 'piece'],
      ['rejected', 4, 'damaged'],
      ['rejected', 5, 'damaged'],
    ],
  );
});

test('standard input gives what the file gives, also over several blocks', async () => {
  const bytes = readFileSync(OPTODE);
  const fromFile = await emso(['decode', 'aanderaa-optode', OPTODE]);
  const fromInput = await emso(['decode', 'aanderaa-optode', '-'], bytes);
  assert.deepEqual(fromInput, fromFile);
  const big = file('big.txt', Buffer.concat(Array.from({ length: 300 }, () => bytes)));
  const run = await emso(['decode', 'aanderaa-optode', big]);
  assert.match(run.err, /^29100 decoded, 0 ignored, 0 rejected\n$/);
  issues(run).forEach((issue, i) => {
    assert.equal(issue['line'], i);
  });
});

test('a reader that has enough ends the command quietly', async () => {
  const big = file('enough.txt', Buffer.concat(Array.from({ length: 300 }, () => readFileSync(OPTODE))));
  const child = spawn(process.execPath, [MAIN, 'decode', 'aanderaa-optode', big], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code, signal] = await once(child, 'close');
  assert.deepEqual([code, signal, err], [0, null, '']);
});

test('simulate serves the cabled sensors of the site until it is told to stop', { timeout: 20_000 }, async () => {
  const log = join(dir, 'log');
  const args = ['simulate', '--json', '--speed', '5000', '--start', '2026-08-01T00:00:00Z', '--log', log];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [text] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), closed]);
  assert.equal(typeof text, 'string', `it ended before it served anything: ${err}`);
  const { sensors } = JSON.parse(text) as { sensors: { id: string; endpoint: string; log: string }[] };
  const microcat = sensors.find(({ id }) => id === 'microcat');
  assert.ok(microcat, `a sensor microcat in ${text}`);
  const socket = connect(Number(microcat.endpoint.split(':')[2]), '127.0.0.1');
  const gone = once(socket, 'close');
  let heard = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    heard += chunk;
  });
  while (!heard.includes('Aug 2026')) await once(socket, 'data');
  child.kill('SIGTERM');
  const [[code]] = await Promise.all([closed, gone]);
  assert.equal(code, 0, err);
  const entries = readFileSync(microcat.log, 'utf8').split('\n').slice(0, -1);
  assert.equal(
    entries.map((entry) => JSON.parse(entry).latin1).join(''),
    heard,
    'the log survives SIGTERM and is whole',
  );
  assert.match(err, new RegExp(`microcat ${entries.length} sent, 0 unheard`));
});
