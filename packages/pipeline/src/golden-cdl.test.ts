/**
 * The header of a NetCDF file of every sensor, as `ncdump -h` prints it, in the repository: what an oceanographer sees. After a
 * change that is meant: UPDATE_GOLDEN=1 npm test -- packages/pipeline/src/golden-cdl.test.ts, and read what changed.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describedDay, plansOf, SITE_TEXT } from '../test/described-days.ts';

const GOLDEN = new URL('../test/cdl/', import.meta.url);
const ncdump = spawnSync('ncdump', ['-h']).error === undefined;
const skip = ncdump ? false : 'ncdump is not installed (Debian: netcdf-bin)';
const folder = mkdtempSync(join(tmpdir(), 'emso-cdl-'));
after(() => rmSync(folder, { recursive: true }));

const plans = plansOf(SITE_TEXT);
/** Levels of the mooring differ in numbers only. */
const levelOf = (id: string): string | undefined => /^(albatross-[a-z]+)-\d{4}$/.exec(id)?.[1];
const seen = new Map<string, string>();

for (const plan of plans) {
  const { id } = plan.sensor;
  const kind = levelOf(id) ?? id;
  test(`${id}: the header is the golden one`, { skip }, () => {
    const { netcdf } = describedDay(plan);
    const path = join(folder, `${kind}.nc`);
    writeFileSync(path, netcdf);
    // The build changes with every setting of the sensor: it stands in tests of its own.
    const cdl = execFileSync('ncdump', ['-h', path], { encoding: 'utf8' }).replace(
      /-[0-9a-f]{12}\b/g,
      '-<configuration>',
    );
    const first = seen.get(kind);
    if (first !== undefined) {
      assert.deepEqual(namesIn(cdl), namesIn(first), 'the names of variables and attributes, and their types');
      return;
    }
    seen.set(kind, cdl);
    const golden = new URL(`${kind}.cdl`, GOLDEN);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, cdl);
    assert.equal(cdl, readFileSync(golden, 'utf8'));
  });
}

/** Names without the digits of a level, in order; for most levels of the mooring nothing else differs. */
function namesIn(cdl: string): string[] {
  return [...cdl.matchAll(/^\s*((?:[a-z]+ )?[A-Za-z0-9_]*:?[A-Za-z0-9_]+(?:\(\w+\))?)(?= [=;])/gm)].map(([, name]) =>
    name.replace(/_\d{4}\b/, '').replace(/_\d{4}:/, ':'),
  );
}
