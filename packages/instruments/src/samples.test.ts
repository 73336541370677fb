/**
 * Every sample of the shared collection against the collection's own expectations. The rules
 * are in its mapping.json. Where the collection is not beside the checkout, this says so and checks nothing.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createBatch, KIND, type RawRun } from '@emso/core';
import { latin1Text } from './bytes.ts';
import {
  asksHeader,
  type Framing,
  framingOf,
  INSTRUMENTS,
  readDatRows,
  readLines,
  readRecords,
  reject,
} from './mod.ts';

const SAMPLES = new URL('../../../../shared/instruments/samples/', import.meta.url);

interface Key {
  readonly code?: string;
  readonly scale?: number;
  readonly tolerance?: number;
  readonly label?: string;
  readonly number?: boolean;
  readonly time?: 'instrument' | 'received';
  readonly unit?: 's';
  readonly text?: boolean;
  readonly optional?: boolean;
}

interface Entry {
  readonly file: string;
  readonly expected: string;
  readonly model: string;
  readonly settings: unknown;
  readonly input: 'lines' | 'rows' | 'bytes';
  readonly strip: string | null;
  readonly lines?: readonly number[];
  readonly list: string;
  readonly where?: Readonly<Record<string, unknown>>;
  readonly only?: readonly number[];
  readonly index: string | null;
  readonly indexBase?: number;
  readonly keys: Readonly<Record<string, Key>>;
  readonly partial: boolean;
  readonly count: number;
  readonly rejects: readonly number[];
  readonly ignored: readonly number[];
}

type Json = Record<string, unknown>;

interface Seen {
  readonly values: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly instrument: number;
  readonly received: number;
}

/** The records that a path such as `$.blocks[*].samples[*]` names. */
function recordsAt(document: unknown, path: string): Json[] {
  let found: unknown[] = [document];
  for (const part of path.split('.').slice(1)) {
    found = found.map((value) => (value as Json)[part.replace('[*]', '')]);
    if (part.endsWith('[*]')) found = found.flat();
  }
  return found.flat() as Json[];
}

function memberAt(record: Json, key: string): unknown {
  return key.split('/').reduce<unknown>((value, part) => (value as Json | undefined)?.[part], record);
}

/** The file as the records that this model's streams are cut into; a logger's prefix is removed, lines that lack it are left out. */
function runOf(entry: Entry, framing: Framing): RawRun {
  const file = readFileSync(new URL(entry.file, SAMPLES));
  if (entry.input === 'bytes') return 'scan' in framing ? readRecords(file, framing) : readLines(file);
  if (entry.input === 'lines') return readLines(file);
  const { run, damaged } = readDatRows(file);
  assert.deepEqual(damaged, [], entry.file);
  return run;
}

function epochMs(text: string): number {
  return Date.parse(/Z$/.test(text) ? text : `${text}Z`);
}

/** Compares one member of an expected record; gives how many values that were. */
function compare(key: Key, expected: unknown, seen: Seen, where: string): number {
  if (expected === undefined) {
    assert.ok(key.optional || key.time !== undefined || key.code !== undefined, `${where}: expected a member`);
    return 0;
  }
  if (key.code !== undefined) {
    const number = key.text ? Number((expected as string).trim()) : (expected as number);
    const value = seen.values[key.code];
    assert.ok(
      Math.abs(value - number * key.scale!) <= key.tolerance!,
      `${where}: ${key.code} expected ${number}, found ${value}`,
    );
  } else if (key.label !== undefined) {
    assert.equal(seen.labels[key.label], key.number ? String(expected) : expected, where);
  } else {
    const timeMs = key.unit === 's' ? Math.round((expected as number) * 1000) : epochMs(expected as string);
    assert.equal(key.time === 'received' ? seen.received : seen.instrument, timeMs, where);
  }
  return 1;
}

function check(entry: Entry): number {
  const model = INSTRUMENTS.get(entry.model)!;
  const asked = model.settings.parse(entry.settings);
  const run = runOf(entry, framingOf(model, asked));
  const { settings, coefficients } = asksHeader(asked)
    ? model.header!(run, asked)
    : { settings: asked, coefficients: undefined };
  const codes = model.parameters(settings);
  const counts = model.calibration?.counts(settings) ?? [];
  const strip = entry.strip === null ? undefined : new RegExp(entry.strip);
  const decode = model.decoder(settings);
  const observations = new Map<number, Seen>();
  const rejected = new Set<number>();
  for (let line = 0; line < run.count; line++) {
    if (entry.lines !== undefined && !entry.lines.includes(line)) continue;
    const prefix = strip?.exec(latin1Text(run.bytes, run.start[line], run.end[line]));
    if (prefix === null) continue;
    const batch = createBatch([...codes, ...counts], model.labels, 1);
    const kind = run.kind[line];
    const answer =
      kind === KIND.piece || kind === KIND.partial
        ? reject(kind === KIND.piece ? 'piece' : 'partial', run.start[line])
        : decode(run.bytes, run.start[line] + (prefix?.[0].length ?? 0), run.end[line], batch);
    // Lines are known by their number, structures by their offset; where the list has no index, by their order.
    const key = entry.input === 'bytes' ? run.start[line] : line;
    if (answer.kind === 'rejected') rejected.add(key);
    if (answer.kind !== 'decoded') continue;
    if (coefficients !== undefined) model.calibration!.convert(coefficients, settings)(batch, 0, batch.count);
    for (let row = 0; row < batch.count; row++) {
      observations.set(entry.index === null ? observations.size : key, {
        values: Object.fromEntries(codes.map((code, i) => [code, batch.values[i][row]])),
        labels: Object.fromEntries(batch.labels.map(({ name, texts, index }) => [name, texts[index[row]]])),
        instrument: batch.instrument[row],
        received: run.received[line],
      });
    }
  }

  assert.equal(observations.size, entry.count, 'number of observations');
  for (const line of entry.rejects) assert.ok(rejected.has(line), `line ${line}: expected a rejection`);
  for (const line of entry.ignored)
    assert.ok(!rejected.has(line) && !observations.has(line), `line ${line}: expected nothing`);

  let compared = 0;
  const listed = new Set<number>();
  const document: unknown = JSON.parse(readFileSync(new URL(entry.expected, SAMPLES), 'utf8'));
  recordsAt(document, entry.list).forEach((record, position) => {
    const index = entry.index === null ? position : (memberAt(record, entry.index) as number);
    if (entry.only !== undefined && !entry.only.includes(index)) return;
    if (Object.entries(entry.where ?? {}).some(([name, value]) => record[name] !== value)) return;
    const line = index + (entry.indexBase ?? 0);
    const seen = observations.get(line);
    assert.ok(seen !== undefined, `line ${line}: expected an observation`);
    listed.add(line);
    for (const [name, key] of Object.entries(entry.keys)) {
      compared += compare(key, memberAt(record, name), seen, `line ${line} ${name}`);
    }
  });
  if (!entry.partial)
    assert.deepEqual(
      [...observations.keys()].sort((a, b) => a - b),
      [...listed].sort((a, b) => a - b),
    );
  return compared;
}

test('shared samples', async (t) => {
  const mapping = new URL('mapping.json', SAMPLES);
  if (!existsSync(mapping)) {
    t.diagnostic('the shared sample collection is not beside this checkout: nothing was compared');
    return;
  }
  const { entries } = JSON.parse(readFileSync(mapping, 'utf8')) as { entries: Entry[] };
  let total = 0;
  for (const [i, entry] of entries.entries()) {
    await t.test(`${i} ${entry.file}`, (t) => {
      const compared = check(entry);
      total += compared;
      t.diagnostic(`${compared} values compared`);
      assert.ok(compared > 0 || entry.count === 0);
    });
  }
  t.diagnostic(`${total} values compared in all`);
});
