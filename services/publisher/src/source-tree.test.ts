import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupsOf, placeOf } from './source-tree.ts';

const PLACES: [path: string, expected: ReturnType<typeof placeOf>][] = [
  [
    'csv/Emso_Albatross/0500/2026-11/ALBATROSS_MICRO_0500_20261121.csv',
    {
      version: '',
      tree: 'csv',
      folder: 'Emso_Albatross/0500',
      stem: '2026-11/ALBATROSS_MICRO_0500_20261121',
      day: '20261121',
    },
  ],
  [
    'versions/v12/netcdf/Emso_Cstar/2026-11/CSTAR_20261121.nc',
    { version: 'versions/v12/', tree: 'netcdf', folder: 'Emso_Cstar', stem: '2026-11/CSTAR_20261121', day: '20261121' },
  ],
  ['raw/imports.jsonl', undefined],
  ['csv/CSTAR_20261121.csv', undefined],
  ['released/Emso_Cstar/2026-11/CSTAR_20261121_D.nc', undefined],
];
for (const [path, expected] of PLACES) test(`${path} has its place`, () => assert.deepEqual(placeOf(path), expected));

test('files without a manifest wait for their day: a release of ten years does not hold up today', () => {
  const paths = [
    'released/A/2026-11/X_20261101_D.csv',
    'csv/A/2026-11/X_20261102.csv',
    'comparison/t-pair/2026-11/t-pair_20261103.csv',
    'raw/imports.jsonl',
  ];
  const groups = groupsOf(paths.map((path) => ({ path, fingerprint: '' })));
  assert.deepEqual(
    groups.map(({ files, manifest }) => [files.map(({ path }) => path).join(), manifest]),
    [
      ['raw/imports.jsonl', undefined],
      ['comparison/t-pair/2026-11/t-pair_20261103.csv', undefined],
      ['csv/A/2026-11/X_20261102.csv', 'manifest/A/2026-11/X_20261102.json'],
      ['released/A/2026-11/X_20261101_D.csv', undefined],
    ],
  );
});

test('PROMISE 24: every file in one group; latest day first, earlier versions before it, the manifest last', () => {
  const trees = ['raw', 'dat', 'csv', 'netcdf', 'manifest'];
  const path = fc
    .tuple(
      fc.constantFrom('', 'versions/v1/', 'versions/v2/'),
      fc.constantFrom(...trees),
      fc.constantFrom('A', 'B/0500'),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([version, tree, folder, day]) => `${version}${tree}/${folder}/2026-11/X_2026110${day}.x`);
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(path, fc.constant('raw/imports.jsonl'))), (paths) => {
      const groups = groupsOf(paths.map((each) => ({ path: each, fingerprint: '' })));
      const flat = groups.flatMap(({ files }) => files.map((file) => file.path));
      assert.deepEqual([...flat].sort(), [...paths].sort());
      const ranks = groups.map(({ files }) => {
        const place = placeOf(files[0].path);
        return `${place?.day ?? '9'}${place?.version === '' ? 0 : 1}`;
      });
      assert.deepEqual(ranks, [...ranks].sort().reverse());
      for (const { files, manifest } of groups) {
        const places = files.map((file) => placeOf(file.path));
        assert.equal(new Set(places.map((place) => place && `${place.version}${place.folder}${place.stem}`)).size, 1);
        const order = places.map((place) => trees.indexOf(place?.tree ?? 'raw'));
        assert.deepEqual(order, [...order].sort());
        assert.equal(manifest === undefined, places[0] === undefined);
        if (places[0] !== undefined) assert.equal(placeOf(manifest!)?.tree, 'manifest');
      }
    }),
  );
});
