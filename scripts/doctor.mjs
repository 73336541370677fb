/** What is on this machine and what each thing is for. Looks only: installs nothing. */
import { answerOf, findNode, findProgram, PNPM_MAJOR, SERVERS, SetupError, TEST_PROGRAMS } from './setup.mjs';

/** Prints one line a program; returns 1 when something that the tests need is missing, else 0. */
export function doctor() {
  const node = nodeFound();
  const rows = [
    ['node', node.version, 'runs everything (TypeScript as written: 22.18 or later)', node.version === undefined],
    [
      'pnpm',
      versionOf('pnpm'),
      `installs the libraries (without ${PNPM_MAJOR}.x, npm fetches it for the one call)`,
      false,
    ],
    ...Object.entries(SERVERS).map(([name, { versionArgs, purpose }]) => {
      const version = versionOf(name, versionArgs);
      return [name, version, purpose, version === undefined];
    }),
    [
      'docker',
      answerOf('docker', ['info', '--format', '{{.ServerVersion}}']),
      'images and the compose file (optional)',
      false,
    ],
    ...Object.entries(TEST_PROGRAMS).map(([name, { debianPackage, purpose }]) => [
      name,
      findProgram(name),
      `${purpose} (optional: ${debianPackage})`,
      false,
    ]),
    ['chromium', versionOf('chromium') ?? versionOf('chromium-browser'), 'browser tests (optional)', false],
  ];
  for (const [name, found, purpose, missing] of rows) {
    const what = found ?? (missing ? 'MISSING' : 'not found');
    process.stdout.write(`${name.padEnd(13)} ${what.padEnd(34)} ${purpose}\n`);
  }
  if (node.fault) process.stdout.write(`\nnode: ${node.fault}\n`);
  return rows.some(([, , , missing]) => missing) ? 1 : 0;
}

function nodeFound() {
  try {
    const node = findNode();
    return { version: `${answerOf(node, ['--version'])}${node === process.execPath ? '' : ' (from node_modules)'}` };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { fault: `${error.message} (\`npm run setup\` brings one on Linux x64.)` };
  }
}

/** The version in a program's own words, cut to its number; undefined when the program is not there. */
function versionOf(name, args = ['--version']) {
  const file = findProgram(name);
  if (file === undefined) return undefined;
  const answer = answerOf(file, args);
  if (answer === undefined) return 'found, but does not answer';
  return /v?=?(\d+\.\d+[.\d]*)/.exec(answer)?.[1] ?? answer;
}
