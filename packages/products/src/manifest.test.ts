import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeManifest, encodeManifest, type Manifest } from './manifest.ts';

const SHA = 'a'.repeat(64);
const EXAMPLE: Manifest = {
  history: { version: 2, state: 'sealed', notes: ['two lines more'], sealedAt: '2026-11-23T00:00:00Z' },
  content: {
    rows: 720,
    files: {
      netcdf: { path: 'netcdf/x.nc', sha256: SHA, bytes: 24_000 },
      csv: { bytes: 50_000, path: 'csv/x.csv', sha256: SHA },
    },
    raw: { digest: SHA, records: 722, sessions: [{ session: 's', first: 1, last: 722, contiguous: true }] },
    build: 'd1.v1.q1.p1-0123456789ab',
    rejections: { partial: 1, damaged: 1 },
    ignored: 0,
    outsideDeployments: 0,
    gaps: [{ from: '2026-11-20T10:00:00Z', to: '2026-11-20T10:10:00Z', cause: 'lost', missing: 5 }],
  },
};

test('equal manifests are equal text, whatever the order their keys were written in', () => {
  const text = encodeManifest(EXAMPLE);
  const again = encodeManifest({ content: { ...EXAMPLE.content }, history: EXAMPLE.history });
  assert.equal(again, text);
  assert.deepEqual(decodeManifest(text), EXAMPLE);
  assert.equal(encodeManifest(decodeManifest(text)), text);
  assert.ok(
    text.startsWith('{\n  "content": {\n    "build": "d1.v1.q1.p1-0123456789ab",\n    "files": {\n      "csv"'),
  );
  assert.ok(text.indexOf('"damaged"') < text.indexOf('"partial"'));
  assert.ok(text.endsWith('}\n'));
});

const FAULTS: [path: string, value: unknown, message: RegExp][] = [
  ['content', undefined, /manifest\.content: expected an object, found nothing: rebuild the day/],
  ['content.rows', -1, /manifest\.content\.rows: expected a whole number from 0, found -1/],
  ['content.files.csv.sha256', 'abc', /files\.csv\.sha256: expected 64 hexadecimal digits, found "abc"/],
  ['content.raw.sessions.0.contiguous', 'yes', /sessions\[0\]\.contiguous: expected true or false, found "yes"/],
  ['content.rejections.partial', 0.5, /rejections\.partial: expected a whole number/],
  ['content.gaps', {}, /content\.gaps: expected a list/],
  ['history.state', 'closed', /history\.state: expected open, sealed or incomplete, found "closed"/],
  ['history.sealedAt', 5, /history\.sealedAt: expected a text/],
  ['history.author', 'me', /manifest\.history: expected the fields .*, found 'author'/],
];
for (const [path, value, message] of FAULTS) {
  test(`refuses ${path} = ${JSON.stringify(value)}`, () => {
    const manifest = structuredClone(EXAMPLE) as unknown as Record<string, unknown>;
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce((node, key) => node[key] as Record<string, unknown>, manifest);
    parent[last] = value;
    assert.throws(() => decodeManifest(JSON.stringify(manifest)), message);
  });
}

test('refuses what is no JSON', () =>
  assert.throws(() => decodeManifest('{"content"'), /expected JSON, found "\{\\"content\\""/));
