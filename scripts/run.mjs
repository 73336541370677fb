/**
 * Runs a task of the house: `node scripts/run.mjs <task> [args…]`, or `npm run <task> -- [args…]`. Every task first does the
 * set-up it needs, so that a fresh clone on a machine with any Node ≥ 18 and npm works. Plain JavaScript with nothing
 * installed, like setup.mjs.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { doctor } from './doctor.mjs';
import {
  ensureLibraries,
  ensureServer,
  findNode,
  root,
  SetupError,
  say,
  TEST_PROGRAMS,
  taskEnvironment,
} from './setup.mjs';

/** A test that takes longer than this is stuck. */
const TEST_TIMEOUT_MS = 120_000;

/** Folders whose tests are pure: running only these needs no server. */
const PURE = ['core', 'seawater', 'instruments', 'qc', 'products', 'pipeline'].map((name) => `packages/${name}/`);

const TASKS = {
  setup: { about: 'install the libraries and look for a Node that runs TypeScript', run: () => 0 },
  doctor: { about: 'what is on this machine, and what it is for', run: doctor, bare: true },
  tools: { about: 'install what tests are skipped without, where that is possible', run: tools },
  test: { about: 'the tests, or those of the paths given; --long: those of minutes, with many processes', run: test },
  lint: { about: 'format, lint and architecture rules', run: lint },
  types: { about: 'type check', run: types },
  demo: { about: 'the whole chain on this machine with simulated sensors', run: (args) => emso(['demo', ...args]) },
  emso: { about: 'the emso command', run: emso },
  chaos: {
    about: 'kills, outages and full disks until something breaks (--kills N, --seed S)',
    run: withServers('test/chaos/main.ts', 'nats-server', 'redis-server'),
  },
  soak: {
    about: 'millions of lines through clocks that race: memory stays flat',
    run: withServers('test/soak/main.ts', 'nats-server'),
  },
  deployment: {
    about: 'the Compose deployment for real, where a container engine answers',
    run: withServers('test/compose/deployment.ts'),
  },
  bench: { about: 'measure', run: withServers('bench/main.ts', 'nats-server') },
  'bench:two-years': {
    about: 'every sensor for two years, decoded, checked and written again',
    run: withServers('bench/two-years.ts'),
  },
  'bench:import': {
    about: 'ten years of a sensor imported, with kills',
    run: withServers('bench/import.ts', 'nats-server'),
  },
  golden: {
    about: 'compare golden files with what our functions give (FILE…)',
    run: (args) => node('test/golden/main.ts', args),
  },
  'synthetic-year': {
    about: 'a made-up year with faults: which of them the tests of the site file find, into docs/quality-control.md',
    run: (args) => node('test/synthetic-year/main.ts', args),
  },
  docs: {
    about: 'write the generated pages of docs/ (--check: only compare)',
    run: withServers('scripts/docs.ts'),
  },
};

async function test(args) {
  const flags = args.filter((arg) => arg.startsWith('-') && arg !== '--long');
  const files = testFiles(
    args.filter((arg) => !arg.startsWith('-')),
    args.includes('--long'),
  );
  if (files.some((file) => !PURE.some((folder) => file.startsWith(folder)))) {
    ensureServer('nats-server');
    ensureServer('redis-server');
    for (const [name, { debianPackage, startsServer }] of Object.entries(TEST_PROGRAMS)) {
      if (!startsServer) ensureServer(name, debianPackage);
    }
  }
  return nodeTest(files, flags);
}

/** A test that finds its program missing says so and is skipped: what cannot be installed is no fault here. */
function tools() {
  for (const [name, { debianPackage }] of Object.entries(TEST_PROGRAMS)) {
    try {
      ensureServer(name, debianPackage);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(error.message);
    }
  }
  return 0;
}

/**
 * Test files below the paths named, relative to the checkout. When none is, either those of minutes (`*.long.test.ts`: chains of
 * real services under outages) or all others, which is what one waits for at the desk.
 */
function testFiles(named, long) {
  const places = named.length > 0 ? named.map(fromHere) : ['packages', 'services', 'test'];
  const found = [...new Set(places.flatMap((place) => walk(place)))].sort();
  const chosen = named.length > 0 ? found : found.filter((file) => file.endsWith('.long.test.ts') === long);
  if (chosen.length === 0) throw new SetupError(`expected *.test.ts files in ${places.join(', ')}, found none`);
  return chosen;
}

/** A path as the user typed it, relative to the checkout. */
function fromHere(name) {
  const candidates = [path.resolve(startDirectory('test'), name), path.resolve(root, name)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new SetupError(`expected a test file or folder, but ${name} does not exist`);
  return path.relative(root, found);
}

function walk(place) {
  const at = path.join(root, place);
  if (!existsSync(at)) return [];
  if (statSync(at).isFile()) return [place];
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'fixtures') return [];
    const inner = path.join(place, entry.name);
    if (entry.isDirectory()) return walk(inner);
    return entry.name.endsWith('.test.ts') ? [inner] : [];
  });
}

async function lint(args) {
  const code = await node('node_modules/@biomejs/biome/bin/biome', ['check', ...args]);
  return code === 0 ? nodeTest(['test/architecture.test.ts']) : code;
}

function types(args) {
  return node('node_modules/typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json', ...args]);
}

/** A task that is a script, and needs these servers on this machine. */
function withServers(script, ...servers) {
  return (args) => {
    for (const server of servers) ensureServer(server);
    return node(script, args);
  };
}

function emso(args) {
  if (args[0] === 'demo' || args[0] === 'up') ensureServer('nats-server');
  return node('services/cli/src/main.ts', args, startDirectory(args[0] === 'demo' ? 'demo' : 'emso'));
}

/** Where the user stands: npm changes to the checkout before it starts a script, and says where it came from. */
function startDirectory(task) {
  return process.env.npm_lifecycle_event === task ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
}

/** Runs a file of the checkout under the right Node; resolves to its exit code. */
function node(script, args, cwd = root) {
  const file = path.join(root, script);
  if (!existsSync(file))
    throw new SetupError(`expected ${script} in ${root}, but it does not exist: is this checkout complete?`);
  return spawnNode([file, ...args], cwd);
}

/**
 * Runs test files, two at a time: the machines this runs on have two cores, and tests start servers of their own. Those that
 * measure how long something takes, or load both cores themselves (`*.alone.…`), come after them, one at a time.
 */
async function nodeTest(files, flags = []) {
  const isAlone = (file) => path.basename(file).includes('.alone.');
  let worst = 0;
  for (const [chosen, concurrency] of [
    [files.filter((file) => !isAlone(file)), 2],
    [files.filter(isAlone), 1],
  ]) {
    if (chosen.length === 0) continue;
    const options = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`];
    const code = await spawnNode([...options, `--test-timeout=${TEST_TIMEOUT_MS}`, ...flags, ...chosen], root);
    // The second half runs whatever the first one says.
    worst ||= code;
  }
  return worst;
}

/**
 * Signals go on to the child. A Ctrl-C at a terminal reaches the whole process group by itself, and a second one would count
 * as "hurry": then it is not sent on.
 */
function spawnNode(args, cwd) {
  const binary = findNode();
  const child = spawn(binary, args, { cwd, stdio: 'inherit', env: taskEnvironment(binary) });
  const forward = (signal) => {
    if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      if (signal === null) resolve(code);
      // Die of the same signal, so that the caller sees what happened.
      else process.kill(process.pid, signal);
    });
  });
}

async function main([name, ...args]) {
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (task === undefined) {
    say(`expected a task${name === undefined ? '' : `, found '${name}'`}. Tasks:`);
    for (const [each, { about }] of Object.entries(TASKS)) process.stderr.write(`  ${each.padEnd(13)} ${about}\n`);
    return 2;
  }
  if (!task.bare) {
    ensureLibraries();
    findNode();
  }
  return task.run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
