/**
 * The same bytes under another version of Node, whose engine may round or sort in another way. The other one need not strip types:
 * the sources of the pure packages are stripped into a directory first, otherwise unchanged.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { INSTRUMENTS } from '@emso/instruments';
import { fixturesOf } from '../../packages/instruments/test/fixtures.ts';
import { type DigestInput, digests } from '../../packages/pipeline/test/digests.ts';
import { temporaryDirectory } from '../support/waiting.ts';

const PACKAGES = path.resolve(import.meta.dirname, '../../packages');
/** Everything that computes bytes; `runtime` only moves them. */
const PURE = readdirSync(PACKAGES).filter((name) => name !== 'runtime');
/** What Node 20 does not have yet, and no number goes through. */
const MAP_GROUP_BY = `Map.groupBy ??= (items, keyOf) => {
  const groups = new Map();
  let i = 0;
  for (const item of items) {
    const key = keyOf(item, i++);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
};\n`;

/** A Node of another major version: the one that is named, else any on PATH. */
function otherNode(): { path: string; version: string } | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const named = process.env.EMSO_OTHER_NODE;
  for (const program of named === undefined ? folders.map((folder) => path.join(folder, 'node')) : [named]) {
    const { stdout, status } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (status !== 0 || majorOf(stdout) === majorOf(process.version)) continue;
    return { path: program, version: stdout.trim() };
  }
  return undefined;
}

const majorOf = (version: string): string => version.replace(/^v(\d+)\..*$/s, '$1');

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
  /** What others may import, by door. */
  readonly exports: Readonly<Record<string, string>>;
}

/** Writes the pure packages as JavaScript; returns the program that prints digests. */
function stripInto(root: string): string {
  for (const name of PURE) {
    const target = path.join(root, 'node_modules/@emso', name);
    for (const folder of ['src', 'test']) {
      if (existsSync(path.join(PACKAGES, name, folder)))
        stripFolder(path.join(PACKAGES, name, folder), path.join(target, folder));
    }
    const { dependencies = {}, exports } = JSON.parse(
      readFileSync(path.join(PACKAGES, name, 'package.json'), 'utf8'),
    ) as PackageFile;
    const stripped = Object.entries(exports).map(([door, file]) => [door, file.replace(/\.ts$/, '.js')]);
    writeFileSync(
      path.join(target, 'package.json'),
      JSON.stringify({ name: `@emso/${name}`, type: 'module', exports: Object.fromEntries(stripped) }),
    );
    for (const dependency of Object.keys(dependencies).filter((each) => !each.startsWith('@emso/'))) {
      const link = path.join(root, 'node_modules', dependency);
      mkdirSync(path.dirname(link), { recursive: true });
      if (!existsSync(link)) symlinkSync(realpathSync(path.join(PACKAGES, name, 'node_modules', dependency)), link);
    }
  }
  return path.join(realpathSync(root), 'node_modules/@emso/pipeline/test/digests.js');
}

function stripFolder(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === 'fixtures' || entry.name.endsWith('.test.ts')) continue;
    if (entry.isDirectory()) stripFolder(path.join(from, entry.name), path.join(to, entry.name));
    if (!entry.name.endsWith('.ts')) continue;
    mkdirSync(to, { recursive: true });
    const stripped = stripTypeScriptTypes(readFileSync(path.join(from, entry.name), 'utf8'));
    const linked = stripped.replace(/(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g, '$1$2.js$1');
    // Not every Node of interest knows import.meta.filename.
    writeFileSync(
      path.join(to, entry.name.replace(/ts$/, 'js')),
      linked.replace('import.meta.filename', 'new URL(import.meta.url).pathname'),
    );
  }
}

/** The records of every fixture of every instrument. */
function fixtures(): DigestInput[] {
  return [...INSTRUMENTS.values()].flatMap((model) =>
    fixturesOf(model).map(({ name, settings, coefficients, run }): DigestInput => {
      const lines = Array.from({ length: run.count }, (_, i) =>
        Buffer.from(run.bytes.subarray(run.start[i], run.end[i])).toString('latin1'),
      );
      return {
        model: model.id,
        name,
        settings: settings as DigestInput['settings'],
        ...(coefficients !== undefined && { coefficients: coefficients as DigestInput['settings'] }),
        lines,
      };
    }),
  );
}

function run(node: string, program: string, prelude: string, inputs: readonly DigestInput[]): Record<string, string> {
  const { stdout, stderr, status } = spawnSync(node, ['--import', prelude, program], {
    input: JSON.stringify(inputs),
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

const other = otherNode();
const skip = other === undefined && `only Node ${process.version} is here: name another one in EMSO_OTHER_NODE`;

test('PROMISE 25: products that differ between two versions of Node', { skip, timeout: 120_000 }, (t) => {
  assert.ok(other);
  t.diagnostic(`Node ${process.version} and ${other.version}`);
  const root = temporaryDirectory('stripped');
  const program = stripInto(root);
  const prelude = path.join(root, 'map-group-by.mjs');
  writeFileSync(prelude, MAP_GROUP_BY);
  const inputs = fixtures();
  const here = digests(inputs);
  assert.ok(Object.keys(here).length > 15, `expected fixtures and streams, found ${Object.keys(here)}`);
  assert.equal(new Set(Object.values(here)).size, Object.keys(here).length, 'no two are the same');
  assert.deepEqual(run(process.execPath, program, prelude, inputs), here, 'stripping types changes nothing');
  assert.deepEqual(run(other.path, program, prelude, inputs), here);
});
