/**
 * Every capture of every instrument through the live chain, from a socket to the files: what arrives is archived byte for byte,
 * and the products are what a rebuild of the archive gives. Structures, lines of counts and relayed packets go the same way.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { DAY_MS, KIND } from '@emso/core';
import { decodeLines, framingOf, INSTRUMENTS, type InstrumentModel } from '@emso/instruments';
import type { SensorPlan } from '@emso/pipeline';
import { type Fixture, fixturesOf } from '../../packages/instruments/test/fixtures.ts';
import { deployment, type Facts, sensorFacts, siteText } from '../../packages/pipeline/test/plans.ts';
import { archivedRecords } from '../support/archive-check.ts';
import { startChainOn } from '../support/chain.ts';
import { untilRebuiltEqual } from '../support/rebuilt.ts';
import { temporaryDirectory, waitFor } from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';
import { metricOf } from './stage.ts';

/** The acquirer takes a quarter of a second without bytes for a pause. */
const PAUSE_MS = 400;
const FROM = '2000-01-01T00:00:00Z';

interface Capture {
  readonly id: string;
  readonly model: InstrumentModel;
  readonly fixture: Fixture;
  readonly stream: Uint8Array;
  /** Observations that the capture gives; those of equal instrument time once. */
  readonly observations: number;
  readonly clocked: boolean;
}

function capturesOf(model: InstrumentModel): Capture[] {
  return fixturesOf(model).map((fixture): Capture => {
    const { run, settings, coefficients } = fixture;
    const inLines = framingOf(model, settings).name === 'lines';
    const parts: Uint8Array[] = [];
    for (let i = 0; i < run.count; i++) {
      parts.push(run.bytes.subarray(run.start[i], run.end[i]));
      if (inLines) parts.push(Uint8Array.of(0x0a));
    }
    const decoded = [...decodeLines(run, model, settings, { coefficients })].filter((line) => line.kind === 'decoded');
    const clocked = decoded.length > 0 && decoded.every((line) => line.timeSource === 'instrument' && !inDat(fixture));
    return {
      id: `${model.id}-${fixture.name.replaceAll(/[^a-z0-9-]/g, '-')}`,
      model,
      fixture,
      stream: Buffer.concat(parts),
      // A clock that is ahead is quarantined.
      observations: clocked ? new Set(decoded.flatMap(({ time }) => (isAhead(time) ? [] : time))).size : decoded.length,
      clocked,
    };
  });
}

const isAhead = (time: string | undefined): boolean => Date.parse(time ?? '') > Date.now() + DAY_MS;

/** A historical file has reception times: its rows are not a stream of the instrument's own clock. */
const inDat = ({ run }: Fixture): boolean => run.count > 0 && !Number.isNaN(run.received[0]);

function sensorOf({ id, model, fixture, clocked }: Capture, endpoint: string): Facts {
  const { settings, coefficients } = fixture;
  return sensorFacts({
    id,
    model: model.id,
    prefix: id.toUpperCase(),
    folder: id,
    csvColumns: {},
    qc: [],
    calibrations: coefficients === undefined ? [] : [{ validFrom: FROM, ...(coefficients as Facts) }],
    deployments: [deployment({ from: FROM, endpoint, settings, timePolicy: clocked ? 'relayed' : 'received' })],
  });
}

/** Serves a stream once to whoever connects, in uneven pieces, when it is told to, and keeps the line open. */
async function serve(
  stream: Uint8Array,
  begin: Promise<unknown>,
): Promise<{ endpoint: string; close: () => Promise<void> }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const send = (): void => {
      for (let at = 0, length = 1; at < stream.length; at += length, length = (length * 7) % 97) {
        socket.write(stream.subarray(at, at + length));
      }
    };
    begin.then(send, (err: Error) => socket.destroy(err));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `tcp://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

test('every capture of every instrument: archived as sent, live equals rebuilt', { timeout: 120_000 }, async (t) => {
  const captures = [...INSTRUMENTS.values()].flatMap(capturesOf);
  const begin = Promise.withResolvers<void>();
  const boxes = await Promise.all(captures.map(({ stream }) => serve(stream, begin.promise)));
  const site = path.join(temporaryDirectory('instruments'), 'observatory.yaml');
  const constants = [{ validFrom: FROM, salinity: 38.48, pressureDbar: 2505.6 }];
  const sensors = captures.map((capture, i) => sensorOf(capture, boxes[i].endpoint));
  writeFileSync(site, siteText(sensors, { siteConstants: constants, graceMs: 86_400_000 }));
  const chain = await startChainOn(site);
  t.after(async () => {
    await chain.stop();
    await Promise.all(boxes.map((box) => box.close()));
  });

  const connected = async (): Promise<boolean> => {
    for (const { id } of captures) {
      if ((await metricOf(chain.service('acquirer'), 'emso_source_connected', { sensor: id })) !== 1) return false;
    }
    return true;
  };
  await waitFor(connected, { what: 'every box to be connected', timeoutMs: 30_000 });
  // What comes right after connecting may be the rest of a line; what comes after a pause is its beginning.
  setTimeout(begin.resolve, PAUSE_MS);
  for (const { id, stream, model, fixture } of captures) {
    const inLines = framingOf(model, fixture.settings).name === 'lines';
    const plan = chain.plans.find(({ sensor }) => sensor.id === id);
    assert.ok(plan);
    // What ends inside a structure is given away when the line has been silent for a while.
    await waitFor(async () => Buffer.compare(await archivedBytes(chain.dataDir, plan, inLines), stream) === 0, {
      what: `the archive of ${id} to be what was sent`,
      timeoutMs: 60_000,
    });
  }
  await waitFor(() => chain.isQuiet(), { what: 'every consumer to have nothing pending', timeoutMs: 30_000 });
  const { files } = await untilRebuiltEqual(chain.dataDir, chain.site, 'open');
  t.diagnostic(`${captures.length} captures, ${files} files equal`);
  const wrong: string[] = [];
  for (const { id, observations } of captures) {
    const rows = filesBelow(path.join(chain.dataDir, 'csv', id)).reduce((sum, name) => {
      const lines = readFileSync(path.join(chain.dataDir, 'csv', id, name), 'utf8').split('\n');
      return sum + lines.length - 2;
    }, 0);
    if (rows !== observations) wrong.push(`${id}: ${rows} rows of ${observations} observations`);
  }
  assert.deepEqual(wrong, []);
});

/** Everything that arrived, events aside, as it was on the wire. */
async function archivedBytes(dataDir: string, plan: SensorPlan, inLines: boolean): Promise<Uint8Array> {
  const records = (await archivedRecords(dataDir, plan)).filter(({ kind }) => kind !== KIND.event);
  return Buffer.from(
    records.map(({ kind, text }) => (inLines && kind === KIND.line ? `${text}\n` : text)).join(''),
    'latin1',
  );
}
