import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { DEFAULT_SITE_FILE } from '../default-site.ts';
import { explain } from './explain.ts';

/** Four samples two minutes apart; the third one is a spike. */
const ROWS = [13.29, 13.291, 13.6, 13.29].map(
  (temperature, i) =>
    `20210601 00:0${2 * i}:00${temperature.toFixed(4)},  4.59963, 2505.600,  38.4800, 01 Jun 2021, 00:0${2 * i}:00\n`,
);

test('a spike, with what it was compared with, and what is computed from it', async () => {
  const data = temporaryDirectory('explain');
  mkdirSync(path.join(data, 'raw'));
  writeFileSync(path.join(data, 'raw/MICROCAT_20210601.dat'), ROWS.join(''));
  const ask = (time: string, sensor = 'microcat'): Promise<string> =>
    explain({ sensor, timeMs: Date.parse(time), data, observatory: DEFAULT_SITE_FILE });
  const text = await ask('2021-06-01T00:04:07Z');
  assert.match(text, /^microcat 2021-06-01T00:04:00\.000Z\nTEMP 13\.6: flag 4, bad_data\n/);
  assert.match(text, / {2}grossRange: 1 \(good_data\) {2}\{"fail":\[12\.5,14\]/);
  assert.match(text, / {2}spike: 4 \(bad_data\) {2}\{"method":"differential","suspect":0\.01,"fail":0\.1\}/);
  assert.match(text, / {2}before 13\.291, after 13\.29\n/);
  assert.match(text, /\nTEMP_POT [\d.]+: flag 4, bad_data\n(?: {2}.*\n)* {2}never better than TEMP, PSAL, PRES\n/);
  assert.match(
    await ask('2021-06-01T00:00:00Z'),
    /TEMP 13\.29: flag 1, good_data\n(?: {2}.*\n)* {2}spike: 2 \(nothing to compare\)/,
  );
  await assert.rejects(ask('2021-06-01T00:00:00Z', 'micro'), /expected a sensor of the site file, found 'micro'/);
  await assert.rejects(ask('2022-06-01T00:00:00Z'), /expected a sample of microcat around 2022-06-01/);
});

test('limits of the instrument model and of the parameter table are told apart from those of the site', async () => {
  const data = temporaryDirectory('explain');
  mkdirSync(path.join(data, 'raw'));
  writeFileSync(path.join(data, 'raw/OXYGEN_20210601.dat'), '20210601 00:00:004831\t379\t230.000\t75.000\t13.290\n');
  const text = await explain({
    sensor: 'oxygen',
    timeMs: Date.parse('2021-06-01T00:00:00Z'),
    data,
    observatory: DEFAULT_SITE_FILE,
  });
  assert.match(text, /OSAT 75: flag 3.*\n {2}grossRange: 1 \(good_data\) {2}\{"fail":\[45,105\][^}]*\}\n/);
  assert.match(text, /\n {2}optodeSaturation: 3 \([a-z_]+\) {2}\{"oxygen":"DOXY".*\} by the instrument model\n/);
  assert.match(
    text,
    /DOXY_TEMP 13\.29: .*\n {2}grossRange: 1 \(good_data\) {2}\{"fail":\[.*\} by the parameter table\n/,
  );
});
