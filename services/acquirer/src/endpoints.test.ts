/** What is heard where, from the real site file with endpoints in it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseIso, parseObservatory } from '@emso/core';
import { parse, stringify } from 'yaml';
import { heardAt } from './endpoints.ts';

const text = readFileSync(new URL('../../../deploy/observatory/emso-ligure-ouest.yaml', import.meta.url), 'utf8');
const NOW = parseIso('2026-03-01T12:00:00Z') as number;
const COLON = '^(?<address>\\d+):(?<line>.*)$';
const BOX = 'tcp://192.0.2.1:4001';

type Facts = Record<string, unknown>;
type Written = { platforms: { sensors: { id: string; deployments: Facts[] }[] }[] };

/** `endpoint framing: sensors` of each connection, when these sensors have these facts in their last deployment. */
function heard(facts: Readonly<Record<string, Facts>>): { heard: string[]; others: string[]; faults: number } {
  const site = parse(text) as Written;
  for (const { id, deployments } of site.platforms.flatMap(({ sensors }) => sensors))
    Object.assign(deployments.at(-1)!, facts[id]);
  const { endpoints, others } = heardAt(parseObservatory(stringify(site), 'site.yaml'), NOW);
  return {
    heard: endpoints.map((e) => `${e.endpoint} ${e.framing.name}: ${e.sensors.map(({ sensor }) => sensor).join(' ')}`),
    others: others.filter(({ sensor }) => facts[sensor] !== undefined).map((o) => `${o.sensor}: ${o.reason}`),
    faults: endpoints.filter(({ framingFault }) => framingFault !== undefined).length,
  };
}

const relay = (address: string): Facts => ({ endpoint: BOX, envelope: { pattern: COLON, address } });
const BINARY = { layout: 'binary', coordinateSystem: 'ENU', velocityScale: 0.001 };

// biome-ignore format: a table, one case a line
const CASES: [what: string, facts: Record<string, Facts>, heard: string[], others?: string[]][] = [
  ['a cabled sensor', { microcat: { endpoint: BOX } }, [`${BOX} lines: microcat`]],
  ['one each', { microcat: { endpoint: BOX }, cstar: { endpoint: 'tcp://192.0.2.1:4002' } }, [`${BOX} lines: microcat`, 'tcp://192.0.2.1:4002 lines: cstar']],
  ['a relay', { 'albatross-microcat-0500': relay('05'), 'albatross-aquadopp-0500': relay('06') }, [`${BOX} lines: albatross-microcat-0500 albatross-aquadopp-0500`]],
  ['a stream of structures', { aquadopp: { endpoint: BOX, settings: BINARY } }, [`${BOX} nortek-structures: aquadopp`]],
  ['structures that a relay brings in lines', { aquadopp: { ...relay('1'), settings: BINARY } }, [`${BOX} lines: aquadopp`]],
  ['a sensor without endpoint', { cstar: { source: 'a file' } }, [], ['cstar: no endpoint in the site file (source: a file)']],
  ['out of the water', { microcat: { endpoint: BOX, to: '2020-01-01T00:00:00Z' } }, [`${BOX} lines: microcat`]],
  ['out of the water, and another one has its box', { microcat: { endpoint: BOX, to: '2020-01-01T00:00:00Z' }, cstar: { endpoint: BOX, from: '2021-01-01T00:00:00Z' } },
    [`${BOX} lines: cstar`], [`microcat: its endpoint ${BOX} is that of cstar now`]],
  ['two after another at one box, and neither now', { microcat: { endpoint: BOX, to: '2020-01-01T00:00:00Z' }, cstar: { endpoint: BOX, from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' } },
    [`${BOX} lines: microcat`], [`cstar: its endpoint ${BOX} is that of microcat now`]],
];
for (const [what, facts, expected, others = []] of CASES) {
  test(`heard: ${what}`, () => assert.deepEqual(heard(facts), { heard: expected, others, faults: 0 }));
}

test('settings that the model refuses keep no byte from being heard', () => {
  const facts = { aquadopp: { endpoint: BOX, settings: { layout: 'cuneiform' } } };
  assert.deepEqual(heard(facts), { heard: [`${BOX} lines: aquadopp`], others: [], faults: 1 });
});
