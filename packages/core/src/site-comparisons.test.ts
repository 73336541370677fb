import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError, parseObservatory } from './observatory.ts';
import { comparedCodes, comparedSensors } from './site-comparisons.ts';

const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');
const START = text.indexOf('\ncomparisons:');

/** The faults of the real file with one piece of its comparisons replaced, as `line path: message`, and the line of that piece. */
function edited(from: string, to: string): { faults: string[]; line: number } {
  const at = text.indexOf(from, START);
  assert.ok(START > 0 && at >= 0, `the comparisons have no '${from}'`);
  const line = text.slice(0, at).split('\n').length;
  try {
    parseObservatory(text.slice(0, at) + to + text.slice(at + from.length), 'site.yaml');
  } catch (error) {
    if (error instanceof ConfigError)
      return { faults: error.faults.map((f) => `${f.line} ${f.path}: ${f.message}`), line };
    throw error;
  }
  return { faults: [], line };
}

// biome-ignore format: a table, one mistake a line
const MISTAKES: [what: string, from: string, to: string, message: RegExp][] = [
  ['an unknown kind', 'kind: pair', 'kind: pairs', /comparisons\[0\]\.kind: expected pair or levels \(one of them\), found 'pairs'/],
  ['an id twice', 'id: pressure-seafloor-microcat', 'id: temperature-optode-microcat', /comparisons\[1\]\.id: expected a comparison id of its own, found .* also at comparisons\[0\]/],
  ['a threshold without its unit', 'suspectDegC: 0.1', 'suspect: 0.1', /limits\[0\]\.suspect: expected one of withinMs, medianMs, minSamples, suspectDegC, failDegC, offsetDegC, found 'suspect'/],
  ['a threshold in the unit of another parameter', 'suspectDegC: 0.1', 'suspectDbar: 0.1', /expected one of .*suspectDegC.*found 'suspectDbar'/],
  ['a negative threshold', 'suspectDegC: 0.1', 'suspectDegC: -0.1', /suspectDegC: expected a number from 0, found -0.1/],
  ['a threshold that is a text', 'suspectDegC: 0.1', 'suspectDegC: 0,1 K', /suspectDegC: expected a number, found '0,1 K'/],
  ['bad before suspect', 'failDegC: 0.5', 'failDegC: 0.05', /failDegC: expected a number not below suspectDegC \(0.1\), found 0.05/],
  ['a reach beyond the day', 'withinMs: 60000', 'withinMs: 90000000', /withinMs: expected a number of milliseconds from 0 to 43200000, found 90000000/],
  ['nearest and medians at once', 'withinMs: 60000', 'withinMs: 60000\n        medianMs: 3600000', /limits\[0\]: expected either withinMs .* or medianMs/],
  ['neither', '        withinMs: 60000\n', '', /limits\[0\]: expected either withinMs .* or medianMs/],
  ['a period that does not divide the day', 'medianMs: 86400000', 'medianMs: 86400001', /medianMs: expected a number of milliseconds that divides the day/],
  ['half a sample', 'minSamples: 12', 'minSamples: 0.5', /minSamples: expected a whole number from 1/],
  ['no source', 'source: "QC notes: uncertain starting value"', '# none', /source: expected a text, found nothing/],
  ['an unknown parameter', 'parameter: DOXY_TEMP', 'parameter: DOXYTEMP', /of\.parameter: expected a code of the parameter table such as TEMP, found 'DOXYTEMP'/],
  ['an angle', 'parameter: DOXY_TEMP', 'parameter: HEADING', /of\.parameter: expected a parameter that can be subtracted, found the angle HEADING/],
  ['two units', 'against: { sensor: microcat, parameter: TEMP }', 'against: { sensor: microcat, parameter: PRES }', /against\.parameter: expected a parameter in degC as DOXY_TEMP is, found PRES in dbar/],
  ['one sensor with itself', 'against: { sensor: microcat, parameter: TEMP }', 'against: { sensor: oxygen, parameter: TEMP }', /against\.sensor: expected another sensor, found 'oxygen' again/],
  ['a density that may only grow', 'suspectKgPerM3: -0.03', 'suspectKgPerM3: 0.03', /suspectKgPerM3: expected a number not above 0/],
  ['a level twice', '- albatross-microcat-0750', '- albatross-microcat-0500', /sensors\[1\]: expected each level once, found 'albatross-microcat-0500' again/],
  ['no threshold', '        suspectKgPerM3: -0.03\n', '', /limits\[0\]: expected suspectKgPerM3, failKgPerM3 or both/],
  ['a mistyped key', 'kind: levels', 'kind: levels\n    sensor: microcat', /comparisons\[4\]\.sensor: expected a key that the site file knows/],
];
for (const [what, from, to, message] of MISTAKES) {
  test(`${what} is refused with its line`, () => {
    const { faults, line } = edited(from, to);
    const found = faults.find((fault) => message.test(fault));
    assert.ok(found, `expected ${message}, found ${faults.join('\n') || 'no fault'}`);
    // That of the key or, where one is missing, of what holds it.
    assert.ok(Math.abs(Number.parseInt(found, 10) - line) <= 4, `expected a line near ${line}, found ${found}`);
  });
}

test('thresholds lose their units and keep their meaning', () => {
  const { comparisons } = parseObservatory(text, 'site.yaml');
  const [temperature, pressure, , salinity, density] = comparisons;
  assert.deepEqual(comparedSensors(temperature), ['oxygen', 'microcat']);
  assert.deepEqual(comparedCodes(temperature, 'oxygen'), ['DOXY_TEMP']);
  assert.deepEqual(comparedCodes(density, 'albatross-microcat-0500'), ['DENS', 'PRES']);
  const { source: _source, ...limits } = pressure.limits[0];
  const validFrom = Date.UTC(2017, 0, 1);
  assert.deepEqual(limits, { validFrom, withinMs: 60_000, minSamples: 1, offset: 10.1325, suspect: 5, fail: 20 });
  assert.deepEqual([salinity.limits[0].suspect, salinity.limits[0].fail], [0.02, Number.POSITIVE_INFINITY]);
  assert.deepEqual([density.limits[0].suspect, density.limits[0].fail], [-0.03, Number.NEGATIVE_INFINITY]);
});

test('a site without comparisons has none', () => {
  assert.deepEqual(parseObservatory(text.slice(0, START), 'site.yaml').comparisons, []);
});
