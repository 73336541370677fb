/**
 * The same bits under another major version of Node. It need not strip types: the sources are stripped into a directory first. The
 * pipeline has the same test for whole products, test/pipeline/two-node-versions.test.ts.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/support/waiting.ts';
import { digests } from '../test/digests.ts';

const PACKAGE = path.resolve(import.meta.dirname, '..');

/** A Node of another major version: the one that is named, else any on PATH. */
function otherNode(): string | undefined {
  const named = process.env.EMSO_OTHER_NODE;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const programs = named === undefined ? folders.map((folder) => path.join(folder, 'node')) : [named];
  return programs.find((program) => {
    const { stdout, status } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    return status === 0 && stdout.split('.')[0] !== process.version.split('.')[0];
  });
}

function stripInto(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    if (entry.isDirectory()) stripInto(source, path.join(to, entry.name));
    if (!entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    const stripped = stripTypeScriptTypes(readFileSync(source, 'utf8')).replace(/\.ts';/g, ".js';");
    // Not every Node of interest knows import.meta.filename.
    const known = stripped.replace('import.meta.filename', 'new URL(import.meta.url).pathname');
    writeFileSync(path.join(to, entry.name.replace(/ts$/, 'js')), known);
  }
}

const other = otherNode();
const skip = other === undefined && `only Node ${process.version} is here: name another one in EMSO_OTHER_NODE`;

test('PROMISE 25: every function gives the same bits under two versions of Node', { skip }, () => {
  assert.ok(other);
  const root = realpathSync(temporaryDirectory('seawater-stripped'));
  for (const folder of ['src', 'test']) stripInto(path.join(PACKAGE, folder), path.join(root, folder));
  writeFileSync(path.join(root, 'package.json'), JSON.stringify({ type: 'module' }));
  const { stdout, stderr, status } = spawnSync(other, [path.join(root, 'test/digests.js')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const here = digests();
  assert.ok(Object.keys(here).length > 60, `expected all functions, found ${Object.keys(here).length}`);
  assert.deepEqual(JSON.parse(stdout), here);
});
