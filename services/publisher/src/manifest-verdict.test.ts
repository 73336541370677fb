import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeManifest } from '@emso/products';
import { DAY, manifestOf, sha256 } from './fixtures/publisher-setup.ts';
import { isBacked, verdictOf } from './manifest-verdict.ts';

const SEALED = decodeManifest(manifestOf('a', 'CDF'));
const PENDING = decodeManifest(manifestOf('a', 'CDF', { pending: true }));
const INCOMPLETE = decodeManifest(manifestOf('a', 'CDF', { state: 'incomplete' }));
const OPEN = decodeManifest(manifestOf('a', 'CDF', { state: 'open', version: 0 }));

const VERDICTS: [name: string, ...Parameters<typeof verdictOf>, expected: ReturnType<typeof verdictOf>][] = [
  ['no manifest', undefined, DAY.csv, sha256('x'), 'publish'],
  ['sealed, its CSV', SEALED, DAY.csv, sha256('a'), 'publish'],
  ['sealed, its NetCDF', SEALED, DAY.netcdf, sha256('CDF'), 'publish'],
  ['sealed, the NetCDF’s bytes as CSV', SEALED, DAY.csv, sha256('CDF'), 'damaged'],
  ['incomplete, another CSV', INCOMPLETE, DAY.csv, sha256('x'), 'damaged'],
  ['pending, its CSV', PENDING, DAY.csv, sha256('a'), 'publish'],
  ['pending, another CSV', PENDING, DAY.csv, sha256('x'), 'settling'],
  ['open, another CSV', OPEN, DAY.csv, sha256('x'), 'publish'],
  ['a raw file: no manifest names it', SEALED, DAY.raw, sha256('x'), 'publish'],
  ['an earlier version, its CSV', SEALED, `versions/v1/${DAY.csv}`, sha256('a'), 'publish'],
  ['an earlier version, another CSV', SEALED, `versions/v1/${DAY.csv}`, sha256('x'), 'damaged'],
  ['kept as it was found', SEALED, `versions/found-1/${DAY.csv}`, sha256('x'), 'publish'],
];
for (const [name, manifest, path, digest, expected] of VERDICTS) {
  test(`PROMISE 24: ${name}: ${expected}`, () => assert.equal(verdictOf(manifest, path, digest), expected));
}

const [CSV, NETCDF] = [sha256('a'), sha256('CDF')];
const BACKED: [
  name: string,
  manifest: typeof SEALED,
  version: string,
  published: Record<string, string>,
  expected: boolean,
][] = [
  ['both are there', SEALED, '', { [DAY.csv]: CSV, [DAY.netcdf]: NETCDF }, true],
  ['one is missing', SEALED, '', { [DAY.csv]: CSV }, false],
  ['one is another', PENDING, '', { [DAY.csv]: CSV, [DAY.netcdf]: CSV }, false],
  ['open: nothing is demanded', OPEN, '', {}, true],
  ['an earlier version lacks one', SEALED, 'versions/v1/', { [`versions/v1/${DAY.csv}`]: CSV }, true],
  ['an earlier version has another one', SEALED, 'versions/v1/', { [`versions/v1/${DAY.csv}`]: NETCDF }, false],
  ['kept as it was found', SEALED, 'versions/found-1/', { [`versions/found-1/${DAY.csv}`]: NETCDF }, true],
];
for (const [name, manifest, version, published, expected] of BACKED) {
  test(`PROMISE 24: the manifest is ${expected ? '' : 'not '}published: ${name}`, () =>
    assert.equal(
      isBacked(manifest, `${version}${DAY.manifest}`, (path) => published[path]),
      expected,
    ));
}
