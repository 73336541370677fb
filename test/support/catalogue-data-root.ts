/** Manifests of a data root, as a writer leaves them: all that catalogue records need of it. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dayOfCivil, sensorsOf } from '@emso/core';
import { encodeManifest, type Manifest, productPaths } from '@emso/products';
import { siteOf, siteText } from './catalogue-site.ts';
import { temporaryDirectory } from './waiting.ts';

/** The first of the days. */
export const FIRST_DAY = dayOfCivil(2026, 11, 20);

/** Writes the manifest of one day of the MicroCAT below `root`. */
export function writeManifest(root: string, day: number, state: Manifest['history']['state'], rows = 720): void {
  const found = sensorsOf(siteOf(siteText())).find(({ sensor }) => sensor.id === 'microcat');
  assert.ok(found);
  const paths = productPaths(found.sensor, day);
  const file = (where: string, bytes: number) => ({ path: where, sha256: 'a'.repeat(64), bytes });
  const manifest: Manifest = {
    content: {
      rows,
      files: { csv: file(paths.csv, 500_000), netcdf: file(paths.netcdf, 400_000) },
      raw: { digest: 'b'.repeat(64), records: 720, sessions: [] },
      build: 'd1.v2.q2.p2-0123456789ab',
      rejections: {},
      ignored: 0,
      outsideDeployments: 0,
      gaps: [],
    },
    history: { state, version: 1, notes: [] },
  };
  const target = path.join(root, paths.manifest);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, encodeManifest(manifest));
}

/** A data root with three days of the MicroCAT, the last one open. */
export function catalogueDataRoot(rowsOfOpenDay = 10): string {
  const root = temporaryDirectory('catalog');
  writeManifest(root, FIRST_DAY, 'sealed');
  writeManifest(root, FIRST_DAY + 1, 'incomplete');
  writeManifest(root, FIRST_DAY + 2, 'open', rowsOfOpenDay);
  return root;
}
