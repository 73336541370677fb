/** The workspace keeps the rules of the house, and each rule catches what it is for. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { architectureFaults, type Manifest, type SourceFile, type Unit } from './support/architecture.ts';
import { importsOf, scanSource } from './support/source-scan.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

test('the workspace keeps the rules of the house', () => {
  const units = ['packages', 'services'].flatMap((group) =>
    readdirSync(path.join(ROOT, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => readUnit(`${group}/${entry.name}`)),
  );
  assert.ok(units.length > 5, `expected the packages and services of the workspace, found ${units.length}`);
  const root = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const faults = architectureFaults(units, Object.keys(root.devDependencies ?? {}));
  assert.equal(faults.length, 0, `\n${faults.join('\n')}\n`);
});

function readUnit(folder: string): Unit {
  const manifest = path.join(ROOT, folder, 'package.json');
  return {
    folder,
    manifest: existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as Manifest) : undefined,
    files: readSources(folder, 'src'),
  };
}

function readSources(folder: string, inner: string): SourceFile[] {
  const at = path.join(ROOT, folder, inner);
  if (!existsSync(at)) return [];
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const file = `${inner}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : readSources(folder, file);
    return /\.[cm]?[jt]s$/.test(entry.name)
      ? [{ path: file, text: readFileSync(path.join(ROOT, folder, file), 'utf8') }]
      : [];
  });
}

/** A small sound workspace, with one file put into it. */
function workspaceWith(folder: string, file: string, text: string): Unit[] {
  const sound: Record<string, [name: string, dependencies: string[], text: string]> = {
    'packages/core': ['@emso/core', ['zod'], `import { z } from 'zod';`],
    'packages/instruments': ['@emso/instruments', ['@emso/core'], `import type { Batch } from '@emso/core';`],
    'packages/qc': ['@emso/qc', ['@emso/core'], `import '@emso/core';`],
    'packages/runtime': ['@emso/runtime', ['ioredis'], ''],
    'services/decoder': [
      '@emso/decoder',
      ['@emso/core'],
      `export * from '@emso/core'; import fs from 'node:fs/promises';`,
    ],
    'services/writer': ['@emso/writer', [], ''],
  };
  return Object.entries(sound).map(([at, [name, dependencies, source]]) => ({
    folder: at,
    manifest: { name, dependencies: Object.fromEntries(dependencies.map((each) => [each, '*'])) },
    files: [
      { path: 'src/mod.ts', text: source },
      ...(at === 'packages/runtime' ? [{ path: 'src/cache.ts', text: `import { Redis } from 'ioredis';` }] : []),
      ...(at === folder ? [{ path: file, text }] : []),
    ],
  }));
}

describe('what keeps the rules', () => {
  const cases: [folder: string, file: string, text: string][] = [
    ['packages/core', 'src/a.ts', `import * as z from 'zod'; export * from './mod.ts';`],
    ['packages/core', 'src/a.ts', '/** x ** y, Math.pow, Date.now() and Intl in words */ // process.env'],
    ['packages/core', 'src/a.ts', `const text = 'Math.pow(2, 3) ** new Date()'; const t = \`\${text} Intl ** \`;`],
    [
      'packages/core',
      'src/a.ts',
      'const d = new Date(0); const e = new Date(ms); const f = x * y; const g = /[*/]**?/;',
    ],
    ['packages/core', 'src/a.ts', `const words = "import x from 'node:fs'";`],
    ['packages/core', 'src/a.ts', `import { createHash } from 'node:crypto';`],
    ['packages/core', 'src/a.test.ts', `import { readFileSync } from 'node:fs'; Date.now(); 2 ** 3;`],
    ['packages/core', 'src/a.test.ts', `import { waitFor } from '../../../test/support/waiting.ts';`],
    ['packages/core', 'src/long.test.ts', '\n'.repeat(500)],
    ['packages/instruments', 'src/cstar/instrument.ts', `import { defineInstrument } from '../mod.ts';`],
    [
      'services/decoder',
      'src/a.ts',
      `import { connect } from 'node:net'; Date.now(); const p = 2 ** 3; process.env.HOME;`,
    ],
  ];
  for (const [folder, file, text] of cases) {
    test(`${folder}/${file}: ${text.slice(0, 70).trim()}`, () => {
      assert.deepEqual(architectureFaults(workspaceWith(folder, file, text)), []);
    });
  }
});

describe('what breaks a rule', () => {
  const cases: [folder: string, file: string, text: string, expected: RegExp][] = [
    // Who may know whom
    ['packages/core', 'src/a.ts', `import '@emso/qc';`, /a\.ts:1: '@emso\/qc': core may know no other package/],
    [
      'packages/qc',
      'src/a.ts',
      `\nimport type { X } from '@emso/instruments';`,
      /a\.ts:2: .*qc may know core, seawater/,
    ],
    ['packages/qc', 'src/a.ts', `export { x } from "@emso/instruments";`, /qc may know/],
    ['packages/qc', 'src/a.ts', `const m = await import('@emso/instruments');`, /qc may know/],
    ['packages/qc', 'src/a.ts', `let x: import('@emso/instruments').X;`, /qc may know/],
    ['packages/qc', 'src/a.test.ts', `import '@emso/instruments';`, /qc may know/],
    [
      'packages/runtime',
      'src/a.ts',
      `import {\n  a,\n  b,\n} from '@emso/qc';`,
      /a\.ts:4: '@emso\/qc': runtime may know core/,
    ],
    ['services/decoder', 'src/a.ts', `import '@emso/writer';`, /is a service/],
    ['services/decoder', 'src/a.ts', `import '@emso/elsewhere';`, /no package of this workspace/],
    // By name only
    ['packages/qc', 'src/a.ts', `import '../../core/src/mod.ts';`, /leaves the package/],
    ['services/decoder', 'src/a.ts', `import '../../writer/src/day.ts';`, /leaves the package/],
    ['packages/qc', 'src/a.ts', `import '../../../test/support/waiting.ts';`, /leaves the package/],
    ['packages/qc', 'src/a.ts', `import '@emso/core/src/time.ts';`, /reaches into a package/],
    // The world
    ...['node:net', 'node:fs', 'fs/promises', 'node:fs/promises', 'node:http', 'node:dgram', 'node:child_process'].map(
      (name): [string, string, string, RegExp] => [
        'packages/qc',
        'src/a.ts',
        `import x from '${name}';`,
        /touches the world/,
      ],
    ),
    ...['node:worker_threads', '@nats-io/jetstream', 'fastify', '@grpc/grpc-js', 'ioredis'].map(
      (name): [string, string, string, RegExp] => [
        'packages/core',
        'src/a.ts',
        `import '${name}';`,
        /touches the world/,
      ],
    ),
    ['packages/runtime', 'src/bus.ts', `import 'ioredis';`, /only packages\/runtime\/src\/cache\.ts/],
    ['services/decoder', 'src/a.ts', `import 'ioredis';`, /only packages\/runtime\/src\/cache\.ts/],
    // Names and sizes
    ['packages/core', 'src/utils.ts', '', /says nothing/],
    ['packages/core', 'src/helpers/a.ts', '', /says nothing/],
    ['services/writer', 'src/common.ts', '', /says nothing/],
    ['services/writer', 'src/long.ts', '\n'.repeat(400), /401 lines/],
    // Manifests
    [
      'packages/core',
      'src/a.ts',
      `import { parse } from 'yaml';`,
      /core\/package\.json: expected 'yaml' in dependencies: .*a\.ts:1/,
    ],
    [
      'services/writer',
      'src/a.ts',
      `import '@emso/core';`,
      /writer\/package\.json: expected '@emso\/core' in dependencies/,
    ],
    ['packages/core', 'src/a.test.ts', `import fc from 'fast-check';`, /expected 'fast-check' in devDependencies/],
    // PROMISE 25
    ['packages/qc', 'src/a.ts', '\nconst y = x ** 3;', /a\.ts:2: '\*\*' in a pure package/],
    ['packages/qc', 'src/a.ts', 'x **= 2;', /'\*\*'/],
    ['packages/qc', 'src/a.ts', `const s = \`\${x ** 2}\`;`, /'\*\*'/],
    ['packages/qc', 'src/a.ts', `const s = \`\${f({ a: \`}\` })} \${x ** 2}\`; const t = '';`, /'\*\*'/],
    ['packages/qc', 'src/a.ts', 'const a = b / c; const y = x ** 2; const d = e / f;', /'\*\*'/],
    ['packages/qc', 'src/a.ts', 'const a = (b) / c ** 2 / d;', /'\*\*'/],
    ['packages/qc', 'src/a.ts', "const a = /'/; const y = x ** 2; // it's", /'\*\*'/],
    ['packages/qc', 'src/a.ts', 'return /[\'"]/.test(x) ? x ** 2 : "\'";', /'\*\*'/],
    ['packages/qc', 'src/a.ts', 'Math.pow(x, 2);', /Math\.pow/],
    ['packages/qc', 'src/a.ts', 'Math\n  .hypot(x, 2);', /hypot/],
    ['packages/qc', 'src/a.ts', 'Math.random();', /random/],
    ['packages/qc', 'src/a.ts', 'new Intl.NumberFormat();', /Intl/],
    ['packages/qc', 'src/a.ts', 'list.sort((a, b) => a.localeCompare(b));', /localeCompare/],
    ['packages/qc', 'src/a.ts', 'x.toLocaleString();', /toLocaleString/],
    ['packages/qc', 'src/a.ts', 'Buffer.allocUnsafe(2);', /allocUnsafe/],
    ['packages/qc', 'src/a.ts', 'const now = Date.now;', /Date\.now/],
    ['packages/qc', 'src/a.ts', 'const now = new Date();', /new Date/],
    ['packages/qc', 'src/a.ts', 'const now = +new Date;', /new Date/],
    ['packages/qc', 'src/a.ts', 'performance.now();', /performance\.now/],
    ['packages/qc', 'src/a.ts', 'process.env.TZ;', /process\.env/],
  ];
  for (const [folder, file, text, expected] of cases) {
    test(`${folder}/${file}: ${text.slice(0, 70).trim()}`, () => {
      assert.match(architectureFaults(workspaceWith(folder, file, text)).join('\n'), expected);
    });
  }

  test('a dependency that nothing imports', () => {
    const units = [{ folder: 'services/a', manifest: { name: '@emso/a', dependencies: { zod: '*' } }, files: [] }];
    assert.match(architectureFaults(units).join('\n'), /'zod' in dependencies, but no source imports it/);
  });
  test('a development dependency that nothing imports', () => {
    const units = [
      { folder: 'services/a', manifest: { name: '@emso/a', devDependencies: { '@types/x': '*' } }, files: [] },
    ];
    assert.match(architectureFaults(units).join('\n'), /'@types\/x' in devDependencies/);
  });
  test('a folder without package.json', () => {
    assert.match(architectureFaults([{ folder: 'services/a', files: [] }]).join('\n'), /expected a package\.json/);
  });
  test('an eighth package', () => {
    const units = [{ folder: 'packages/shared', manifest: { name: '@emso/shared' }, files: [] }];
    assert.match(architectureFaults(units).join('\n'), /put the file into one of these packages/);
  });
});

describe('the source scanner', () => {
  const word = fc.stringMatching(/^[a-z*/'"` ]{0,8}$/);
  /** A piece of source and what must be left of it. */
  const piece = fc.oneof(
    fc
      .constantFrom('x = y / z;', 'a(b) * c;', 'if (p) { q = [1] / 2 }', 'r = s;\n')
      .map((text) => [text, text] as const),
    word.map((text) => blanked(`// ${text}`, '\n')),
    word.filter((text) => !text.includes('*/')).map((text) => blanked(`/* ${text} \n */`, ';')),
    word.map((text) => blanked(JSON.stringify(text), ';')),
    word.map((text) => blanked(`'${text.replaceAll("'", "\\'")}'`, ';')),
    word.map((text) => blanked(`/[/]x${text.replaceAll('/', '\\/')}/`, ';')),
    word.map((text) => {
      const quoted = text.replaceAll('`', '\\`');
      return [
        `\`${quoted}\${x * { y }.y}${quoted}\`;`,
        `${' '.repeat(quoted.length + 3)}x * { y }.y${' '.repeat(quoted.length + 2)};`,
      ] as const;
    }),
  );
  function blanked(text: string, rest: string): readonly [string, string] {
    return [text + rest, text.replace(/[^\n]/g, ' ') + rest];
  }

  test('blanks exactly comments and literals', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const source = pieces.map(([text]) => text).join('');
        assert.equal(scanSource(source).code, pieces.map(([, left]) => left).join(''));
      }),
      { numRuns: 500 },
    );
  });

  test('never fails and keeps length and lines on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('`', '$', '{', '}', '/', '*', "'", '"', '\\', '\n', 'a', ' ', '[') }),
        (text) => {
          const { code } = scanSource(text);
          assert.equal(code.length, text.length);
          assert.equal(code.split('\n').length, text.split('\n').length);
          importsOf(scanSource(text));
        },
      ),
    );
  });
});
