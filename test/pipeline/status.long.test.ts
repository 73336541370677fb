/** `emso status` while things break: a table of faults, what it must say during each, and that it says all well after each. */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compactDay, dayOf, isoDay } from '@emso/core';
import { planObservatory } from '@emso/pipeline';
import { productPaths } from '@emso/products';
import { BEGINNING, createLog, openSpool } from '@emso/runtime';
import type { ChainFacts, SensorFacts } from '../../services/cli/src/chain/facts.ts';
import { gatherFacts } from '../../services/cli/src/chain/gather.ts';
import { type Problem, problemsOf } from '../../services/cli/src/chain/problems.ts';
import { demoSensors, writeDemoSite } from '../../services/cli/src/demo/site.ts';
import { type Simulator, startSimulator } from '../../services/cli/src/simulate/simulator.ts';
import { loadSiteFile } from '../../services/cli/src/site-file.ts';
import { SITE } from '../support/chain.ts';
import { startChild } from '../support/child.ts';
import {
  freePort,
  type NatsServer,
  type Service,
  spawnService,
  startNats,
  temporaryDirectory,
  waitFor,
} from '../support/servers.ts';
import { filesBelow } from '../support/trees.ts';

const ROLES = ['writer', 'qc', 'decoder', 'acquirer'] as const;
type Role = (typeof ROLES)[number];
const SENSORS = ['cstar', 'microcat', 'oxygen'];
const CLI = path.resolve(import.meta.dirname, '../../services/cli/src/main.ts');
/** What a person waits for an answer, whatever is broken. */
const ANSWER_LIMIT_MS = 5000;

const dir = temporaryDirectory('status');
const dataDir = path.join(dir, 'data');
const site = path.join(dir, 'observatory.yaml');
const services = new Map<Role, Service>();
let nats: NatsServer;
let simulator: Simulator;
let box: ReturnType<typeof openBox>;

/** A C-Star that can be unplugged: a line each 100 ms to whoever is connected. */
function openBox(port: number) {
  const sockets = new Set<Socket>();
  let n = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  const say = setInterval(() => {
    for (const socket of sockets) socket.write(`CST-1186DR\t${7000 + (n++ % 1000)}\t9219\t11982\t0.092\t537\r\n`);
  }, 100);
  const plug = (): void => void server.listen(port, '127.0.0.1');
  const unplug = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  plug();
  const stop = (): void => {
    clearInterval(say);
    unplug();
  };
  return { plug, unplug, stop };
}

function service(role: Role): Service {
  const found = services.get(role);
  if (found === undefined) throw new Error(`expected ${role} to have been started, found nothing`);
  return found;
}

async function start(role: Role): Promise<void> {
  const env = {
    EMSO_NETCDF_INTERVAL_MS: '500',
    EMSO_TICK_MS: '100',
    EMSO_VERDICT_TIMEOUT_MS: '2000',
    EMSO_SEAL_INTERVAL_MS: '300',
    EMSO_LOG_LEVEL: 'warn',
    EMSO_OBSERVATORY: site,
    EMSO_NATS_URL: nats.url,
    EMSO_DATA_DIR: dataDir,
    EMSO_SPOOL_DIR: path.join(dir, 'spool'),
  };
  services.set(role, await spawnService(role, { env, directory: dir }));
}

async function facts(): Promise<ChainFacts> {
  const found = await gatherFacts(dir);
  assert.ok(found);
  return found;
}

function of(found: ChainFacts, sensor: string): SensorFacts {
  const one = found.sensors.find((each) => each.sensor === sensor);
  assert.ok(one, `${sensor} is not in ${found.sensors.map((each) => each.sensor).join()}`);
  return one;
}

function stateOf(found: ChainFacts, role: Role): string | undefined {
  return found.services.find(({ name }) => name === role)?.state;
}

function told(found: ChainFacts, what: RegExp): Problem | undefined {
  return problemsOf(found).find((problem) => what.test(`${problem.where}: ${problem.what}`));
}

/** The command itself, as a person runs it. */
async function runEmso(...args: string[]): Promise<{ code: number | null; stdout: string; ms: number }> {
  const startedMs = performance.now();
  const child = await startChild({ command: process.execPath, args: [CLI, ...args], cwd: dir, env: process.env });
  const { code } = await child.exited;
  return { code, stdout: child.stdout.join('\n'), ms: performance.now() - startedMs };
}

const runStatus = (...args: string[]) => runEmso('status', '--dir', dir, ...args);

async function allWell(): Promise<void> {
  await waitFor(
    async () => {
      const problems = problemsOf(await facts()).map(({ where, what }) => `${where}: ${what}`);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return true;
    },
    { what: 'all to be well', timeoutMs: 60_000 },
  );
}

interface Fault {
  readonly name: string;
  readonly make: () => unknown;
  readonly undo: () => unknown;
  /** What status must come to say; throws or is false while it does not. */
  readonly says: (found: ChainFacts) => boolean;
}

/** More than what is on its way at any moment. */
const grows = (backlog: { records: number; oldest: string | null } | null): boolean =>
  backlog !== null && backlog.records > 30 && backlog.oldest !== null;

const FAULTS: readonly Fault[] = [
  {
    name: 'broker frozen',
    make: () => nats.pause(),
    undo: () => nats.resume(),
    says: (found) =>
      found.broker === 'does not answer' &&
      found.raw === null &&
      told(found, /^broker: does not answer/)?.grade === 'lines at risk' &&
      SENSORS.every((id) => grows(of(found, id).waiting) && grows(of(found, id).unarchived)) &&
      of(found, 'cstar').undecoded === null &&
      of(found, 'cstar').openDays === 1,
  },
  {
    name: 'broker killed',
    make: () => nats.kill(),
    undo: () => nats.restart(),
    says: (found) =>
      found.broker === 'not running' &&
      found.raw === null &&
      SENSORS.every((id) => grows(of(found, id).waiting)) &&
      stateOf(found, 'acquirer') === 'not ready' &&
      of(found, 'cstar').link === 'up',
  },
  {
    name: 'writer killed',
    make: () => service('writer').kill(),
    undo: () => start('writer'),
    says: (found) =>
      stateOf(found, 'writer') === 'not running' &&
      told(found, /^writer: not running/)?.grade === 'lines at risk' &&
      found.ledger === null &&
      (found.raw?.unarchivedMessages ?? 0) > 30 &&
      typeof found.raw?.oldestUnarchived === 'string' &&
      SENSORS.every((id) => grows(of(found, id).unarchived)) &&
      // What the manifests say is still known; what only the writer knew is not.
      of(found, 'cstar').openDays === 1 &&
      of(found, 'cstar').dirtyDays === null &&
      of(found, 'cstar').divergentRows === null,
  },
  {
    name: 'writer frozen',
    make: () => service('writer').pause(),
    undo: () => service('writer').resume(),
    says: (found) =>
      stateOf(found, 'writer') === 'no answer' &&
      told(found, /^writer: no answer within/) !== undefined &&
      found.ledger === null &&
      SENSORS.every((id) => grows(of(found, id).unarchived) && of(found, id).openDays === 1),
  },
  {
    name: 'acquirer killed',
    make: () => service('acquirer').kill(),
    undo: () => start('acquirer'),
    says: (found) =>
      stateOf(found, 'acquirer') === 'not running' &&
      problemsOf(found)[0].grade === 'lines are lost' &&
      found.raw === null &&
      SENSORS.every((id) => {
        const { link, gap, waiting, unarchived, lastLine } = of(found, id);
        const told = gap?.cause === 'acquirer-stopped' && gap.since === lastLine && lastLine !== null;
        // A line may have come to the disk just before the kill: it waits there, and all that was published is archived.
        return told && link === 'unknown' && unarchived !== null && unarchived.records === waiting?.records;
      }),
  },
  {
    name: 'acquirer frozen',
    make: () => service('acquirer').pause(),
    undo: () => service('acquirer').resume(),
    says: (found) =>
      stateOf(found, 'acquirer') === 'no answer' && found.raw === null && of(found, 'cstar').link === 'unknown',
  },
  {
    name: 'decoder frozen',
    make: () => service('decoder').pause(),
    undo: () => service('decoder').resume(),
    says: (found) =>
      stateOf(found, 'decoder') === 'no answer' &&
      told(found, /^decoder: no answer/)?.grade === 'files are late' &&
      SENSORS.every((id) => {
        const { undecoded, decoded, unarchived } = of(found, id);
        return (undecoded ?? 0) > 10 && decoded === null && (unarchived?.records ?? 99) < 10;
      }),
  },
  {
    name: 'a box unplugged',
    make: () => box.unplug(),
    undo: () => box.plug(),
    says: (found) => {
      const { link, gap, lastLine } = of(found, 'cstar');
      const problem = told(found, /^cstar: disconnected since 20/);
      return (
        link === 'down' &&
        gap?.cause === 'disconnected' &&
        gap.since === lastLine &&
        // Long enough to be a gap of the day, which is looked for later: more than three cadences.
        Date.now() - Date.parse(gap.since ?? '') > 2500 &&
        problem?.grade === 'lines are lost' &&
        of(found, 'oxygen').gap === null
      );
    },
  },
];

describe('emso status', { timeout: 300_000 }, () => {
  before(async () => {
    const sensors = demoSensors(loadSiteFile(SITE))
      .filter(({ id }) => id !== 'cstar')
      .map((sensor) => ({ ...sensor, cadenceMs: 100 }));
    simulator = await startSimulator({ seed: 1, faults: [], sensors, logDir: path.join(dir, 'sent'), speed: 1 });
    const port = await freePort();
    box = openBox(port);
    writeDemoSite(SITE, site, new Map([...simulator.endpoints, ['cstar', `tcp://127.0.0.1:${port}`]]));
    // A gap of seconds shall be one, and a day that is over shall be sealed at once.
    const text = readFileSync(site, 'utf8').replaceAll(/graceMs: \d+/g, 'graceMs: 1');
    writeFileSync(site, text.replaceAll(/cadenceMs: \d+/g, 'cadenceMs: 500'));
    nats = await startNats();
    const { hostname, port: natsPort } = new URL(nats.url);
    writeFileSync(path.join(dir, 'nats.conf'), `host: ${hostname}\nport: ${natsPort}\n`);
    await Promise.all(ROLES.map(start));
  });
  after(async () => {
    box.stop();
    await simulator.stop();
    await Promise.all([...services.values()].map((each) => each.stop()));
    await nats.stop();
  });

  test('all is well, and says so with exit code 0', async () => {
    await waitFor(
      async () => {
        const found = await facts();
        return SENSORS.every((id) => of(found, id).openDays === 1);
      },
      { what: 'a day of each sensor', timeoutMs: 30_000 },
    );
    await allWell();
    const { code, stdout } = await runStatus();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^all well$/m);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line);
  });

  for (const { name, make, undo, says } of FAULTS) {
    test(name, async () => {
      await make();
      try {
        let slowestMs = 0;
        const look = async (): Promise<boolean> => {
          const startedMs = performance.now();
          const found = await facts();
          slowestMs = Math.max(slowestMs, performance.now() - startedMs);
          if (says(found)) return true;
          throw new Error(JSON.stringify({ ...found, ledger: undefined, problems: problemsOf(found) }, undefined, 1));
        };
        await waitFor(look, { what: 'status to say so', timeoutMs: 30_000 });
        const { ms: startMs } = await runEmso('--version');
        const { code, ms } = await runStatus();
        assert.equal(code, 1);
        // A machine that is busy with other tests takes its time to start any command.
        const answerMs = Math.max(ms - startMs, slowestMs);
        assert.ok(answerMs < ANSWER_LIMIT_MS, `the command took ${ms} ms, a look ${slowestMs} ms`);
      } finally {
        await undo();
      }
      await allWell();
    });
  }

  test('a gap that is over stands in the list, with its cause', async () => {
    const gap = await waitFor(
      async () => of(await facts(), 'cstar').gaps?.find(({ cause }) => cause === 'disconnected'),
      { what: 'the gap in a manifest', timeoutMs: 30_000 },
    );
    assert.ok(gap.missing >= 1 && gap.from < gap.to);
    assert.match(
      (await runStatus()).stdout,
      new RegExp(`^cstar +${gap.from} +${gap.to} +${gap.missing} +disconnected$`, 'm'),
    );
  });

  test('everybody dead: what is not archived is known to the record, also over a restart of the acquirer', async () => {
    await nats.kill();
    await waitFor(async () => grows(of(await facts(), 'cstar').waiting), { what: 'lines to wait' });
    await service('acquirer').kill();
    const { waiting } = of(await facts(), 'cstar');
    await start('acquirer');
    await waitFor(async () => (of(await facts(), 'cstar').waiting?.records ?? 0) > (waiting?.records ?? 0) + 10, {
      what: 'more lines to wait',
    });
    const metrics = await (await fetch(`${service('acquirer').url}/metrics`)).text();
    const shown = Number(/^emso_spool_waiting_records\{sensor="cstar"\} (\d+)$/m.exec(metrics)?.[1]);
    assert.ok(
      shown >= (waiting?.records ?? 0),
      `the metric says ${shown}, ${waiting?.records} waited before the restart`,
    );
    for (const role of ROLES) await service(role).kill();
    const found = await facts();
    assert.ok(found.services.every(({ state }) => state === 'not running'));
    for (const id of SENSORS) {
      const truth = await notArchived(id);
      const { unarchived, openDays, dirtyDays, gap } = of(found, id);
      assert.deepEqual([unarchived?.records, unarchived?.complete], [truth.length, true], id);
      assert.equal(Date.parse(unarchived?.oldest ?? ''), Math.min(...truth), id);
      assert.deepEqual([openDays, dirtyDays, gap?.cause], [1, null, 'acquirer-stopped'], id);
    }
    const before = treeOf(dir);
    const { code, stdout } = await runStatus('--json');
    assert.equal(code, 1);
    assert.deepEqual(
      JSON.parse(stdout)
        .problems.map(({ grade }: Problem) => grade)
        .slice(0, 2),
      ['lines are lost', 'lines are lost'],
    );
    assert.deepEqual(treeOf(dir), before, 'looking changes nothing');
    await nats.restart();
    await Promise.all(ROLES.map(start));
    await allWell();
    assert.deepEqual(await Promise.all(SENSORS.map(async (id) => (await notArchived(id)).length > 20)), [
      false,
      false,
      false,
    ]);
  });

  test('a wrong row in an open file: told since the start and ever', async () => {
    const csv = path.join(dataDir, productPaths(sensorOf('cstar'), dayOf(Date.now())).csv);
    const row = readFileSync(csv, 'utf8').trimEnd().split('\n').at(-1) ?? '';
    appendFileSync(csv, `${row.replace('Z,', 'Z,9')}\n`);
    const found = await waitFor(
      async () => {
        const found = await facts();
        return told(found, /^cstar: \d+ rows of the fast path differed/) && found;
      },
      { what: 'the divergence to be told' },
    );
    const { divergentRows, divergentRowsEver } = of(found, 'cstar');
    assert.ok((divergentRows ?? 0) >= 1);
    await service('writer').stop();
    await start('writer');
    await allWell();
    const afterwards = of(await facts(), 'cstar');
    assert.equal(afterwards.divergentRows, 0);
    assert.ok((afterwards.divergentRowsEver ?? 0) >= Math.max(1, divergentRowsEver ?? 0));
  });

  test('sealed days of another build are stale, until somebody seals them again', async () => {
    const history = path.join(dir, 'history');
    mkdirSync(history);
    // Not so long ago that it should have been validated.
    const imported = dayOf(Date.now()) - 100;
    const file = path.join(history, `CSTAR_${compactDay(imported)}.dat`);
    writeFileSync(file, `${compactDay(imported)} 01:00:00CST-1186DR\t7001\t9219\t11982\t0.092\t537\n`);
    const ask = async (what: string, body: object): Promise<void> => {
      const headers = { 'content-type': 'application/json' };
      const url = `${service('writer').url}${what}`;
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.ok(answer.ok, await answer.text());
    };
    await ask('/import', { file, fillGaps: false });
    const sealed = async (): Promise<boolean> =>
      (await facts()).ledger?.['mii/cstar']?.some(({ day, state }) => day === isoDay(imported) && state === 'sealed') ??
      false;
    await waitFor(sealed, { what: 'the imported day to be sealed' });
    writeFileSync(site, readFileSync(site, 'utf8').replace('fr: "EMSO Ligure Ouest"', 'fr: "Autre"'));
    for (const role of ROLES) await service(role).stop();
    await Promise.all(ROLES.map(start));
    await waitFor(async () => told(await facts(), /^cstar: 1 sealed days are of another build/), {
      what: 'the stale day to be told',
      timeoutMs: 20_000,
    });
    assert.equal(of(await facts(), 'cstar').staleDays, 1);
    await service('writer').kill();
    await waitFor(async () => of(await facts(), 'cstar').staleDays === 1, { what: 'the same without the writer' });
    await start('writer');
    await waitFor(async () => stateOf(await facts(), 'writer') === 'ready', { what: 'the writer', timeoutMs: 20_000 });
    await ask('/seal', { stale: true });
    await allWell();
    assert.equal(of(await facts(), 'cstar').staleDays, 0);
  });
});

function sensorOf(id: string) {
  const plan = planObservatory(loadSiteFile(site)).plans.find(({ sensor }) => sensor.id === id);
  if (plan === undefined) throw new Error(`expected a plan of ${id}, found none`);
  return plan.sensor;
}

/** Receptions of the records that are in the spool and not in the archive, found without the code under test. */
async function notArchived(id: string): Promise<number[]> {
  const copy = temporaryDirectory('spool-copy');
  cpSync(path.join(dir, 'spool'), copy, { recursive: true });
  const log = createLog({ service: 'test', level: 'silent' });
  const spool = await openSpool({ dir: copy, platform: 'mii', sensor: id, log });
  const { folder } = sensorOf(id);
  const texts = readdirSync(path.join(dataDir, 'raw', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
  const archived = new Set(texts.flatMap((text) => text.match(/(?<= )\d{8}T\d{9}Z-[0-9a-f]{8}\/\d+(?= )/g) ?? []));
  const receptions: number[] = [];
  let at = BEGINNING;
  for (;;) {
    const read = await spool.read(at, 256 * 1024);
    if (read === undefined) break;
    for (const { session, seq, receivedMs } of read.records) {
      if (!archived.has(`${session}/${seq}`)) receptions.push(receivedMs);
    }
    at = read.next;
  }
  await spool.close();
  return receptions;
}

/** Every file of spool and data with its content. */
function treeOf(root: string): string[] {
  return ['spool', 'data'].flatMap((name) =>
    filesBelow(path.join(root, name)).map(
      (file) => `${name}/${file} ${readFileSync(path.join(root, name, file), 'latin1')}`,
    ),
  );
}
