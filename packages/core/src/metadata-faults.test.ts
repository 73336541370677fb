/** What a person may write wrong under `metadata`, each told with its line. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseObservatory } from './observatory.ts';

const TEXT = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');

/** The site file with one mistake, and the line on which it stands. */
function faultOf(right: string, wrong: string): { said: string; line: number } {
  assert.equal(TEXT.split(right).length, 2, `'${right}' must stand in the site file once`);
  const text = TEXT.replace(right, () => wrong);
  const line = text.slice(0, text.indexOf(wrong)).split('\n').length;
  try {
    parseObservatory(text, 'site.yaml');
  } catch (error) {
    return { said: (error as Error).message, line };
  }
  return { said: '', line };
}

const MISTAKES: readonly [what: string, right: string, wrong: string, said: RegExp][] = [
  [
    'a day that is none',
    '  revised: 2026-11-30',
    '  revised: 2026-11-31',
    /metadata\.revised: expected a day such as 2026-11-30, found '2026-11-31'/,
  ],
  [
    'no web address',
    '    url: "https://creativecommons',
    '    url: "ftp://creativecommons',
    /metadata\.licence\.url: expected a web address/,
  ],
  [
    'a data set that no sensor has',
    '    Emso_Ligure_Ouest_MII_Cstar:\n      title:',
    '    Emso_Ligure_Ouest_MII_CStar:\n      title:',
    /datasets\.Emso_Ligure_Ouest_MII_CStar: expected a data set that a sensor has/,
  ],
  [
    'a series that there is not',
    '\n    mii:\n      abstract:',
    '\n    mii2:\n      abstract:',
    /metadata\.series\.mii2: expected one of emso-ligure-ouest, mii, albatross, found 'mii2'/,
  ],
  [
    'a list that is not declared',
    '        odatis: ["/Biogéochimie/Oxygène"]',
    '        odatiss: ["/Biogéochimie/Oxygène"]',
    /keywords\.odatiss: expected a list of keywordLists \(odatis, odatisType, eov\), found 'odatiss'/,
  ],
  [
    'a box that is inside out',
    'box: { west: 5.94, east: 6.12',
    'box: { west: 6.94, east: 6.12',
    /series\.albatross\.box: expected west ≤ east and south ≤ north/,
  ],
  [
    'an access that nobody explains',
    '  access: public #',
    '  access: restricted #',
    /expected accessLimitation, because access is not public/,
  ],
  ['a question that the plan does not have', '      "6b": unknown', '      "7b": unknown', /answers\.7b/],
  [
    'a key that is not known',
    '  boxMarginDegrees: 0.001',
    '  boxmargin: 0.001',
    /expected a key that the site file knows, found 'boxmargin'/,
  ],
  [
    'a control character',
    'levelNames: { series: "Observatoire',
    'levelNames: { series: "\\u0001Observatoire',
    /levelNames\.series: expected text without control characters, found U\+0001/,
  ],
  [
    'half a surrogate pair',
    'levelNames: { series: "Observatoire',
    'levelNames: { series: "\\ud800Observatoire',
    /found half a surrogate pair/,
  ],
  [
    'a letter that was lost in another encoding',
    'levelNames: { series: "Observatoire',
    'levelNames: { series: "\\ufffdObservatoire',
    /found U\+FFFD: remove it, or write again what stood there/,
  ],
];
for (const [what, right, wrong, said] of MISTAKES) {
  test(`told: ${what}`, () => {
    const fault = faultOf(right, wrong);
    assert.match(fault.said, said);
    assert.match(fault.said, /site\.yaml:\d+ /);
  });
}

test('the line is that of the mistake', () => {
  const { said, line } = faultOf('  revised: 2026-11-30', '  revised: 2026-11-31');
  assert.ok(said.includes(`site.yaml:${line} metadata.revised`), said);
});

test('a site file without metadata is whole', () => {
  const text = TEXT.slice(0, TEXT.indexOf('\nmetadata:\n')) + TEXT.slice(TEXT.indexOf('\nplatforms:\n'));
  assert.equal(parseObservatory(text, 'site.yaml').metadata, undefined);
});
