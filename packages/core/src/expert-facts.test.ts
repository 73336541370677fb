/** What may stand in the two files of facts, what is said of everything else, and which flags hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ExpertFacts, type FactText, flagsInForce, readFlags, readReleases } from './expert-facts.ts';
import { chainedLine } from './fact-chain.ts';

const FLAG: FactText = {
  at: '2026-11-22T06:00:00Z',
  by: 'A. Person',
  why: 'mud',
  sensor: 'cstar',
  from: '2026-03-01',
  to: '2026-03-02T06:00:00Z',
  codes: ['ATTN'],
  flag: 4,
};
const withdrawal = (withdraw: unknown): FactText => ({ at: '2026-11-23', by: 'B. Person', why: 'no', withdraw });
const RELEASE: FactText = {
  at: '2026-11-22T06:00:00Z',
  by: 'A. Person',
  why: 'checked',
  sensor: 'cstar',
  from: '2026-03-01',
  to: '2026-03-03',
  flagLines: 2,
  files: 4,
  sha256: 'a'.repeat(64),
};

function fileOf(facts: readonly FactText[]): string {
  return facts.reduce<string>((text, fact) => `${text}${chainedLine(fact, text)}\n`, '');
}

const without = (fact: FactText, key: string): FactText =>
  Object.fromEntries(Object.entries(fact).filter(([k]) => k !== key));

test('the faults of flags', () => {
  const cases: [what: string, facts: FactText[], said: RegExp[]][] = [
    ['a flag', [FLAG], []],
    ['a flag and its withdrawal', [FLAG, withdrawal(1)], []],
    ...[0, 1, 2, 3, 4, 7, 8, 9].map((flag): [string, FactText[], RegExp[]] => [
      `flag ${flag}`,
      [{ ...FLAG, flag }],
      [],
    ]),
    ...[5, 6, -1, 10, 1.5, '4', null].map((flag): [string, FactText[], RegExp[]] => [
      `flag ${flag}`,
      [{ ...FLAG, flag }],
      [/^1: flag: expected one of the OceanSITES flags 0, 1, 2, 3, 4, 7, 8, 9, found/],
    ]),
    [
      'no such code',
      [{ ...FLAG, codes: ['ATTN', 'CP'] }],
      [/^1: codes.1: expected a code of the parameter table .* found 'CP'$/],
    ],
    ['no code', [{ ...FLAG, codes: [] }], [/^1: codes: expected at least 1 entry, found none$/]],
    ['no such time', [FLAG, { ...FLAG, to: '2026-02-30' }], [/^2: to: expected a UTC time .* found '2026-02-30'$/]],
    ['local time', [{ ...FLAG, from: '2026-03-01T06:00:00+01:00' }], [/^1: from: expected a UTC time/]],
    [
      'an empty interval',
      [{ ...FLAG, to: FLAG['from'] }],
      [/^1: to: expected an end after 2026-03-01T00:00:00Z, found/],
    ],
    ['nobody', [{ ...FLAG, by: ' ' }], [/^1: by: expected the name of who decides, found ' '$/]],
    ['no reason', [without(FLAG, 'why')], [/^1: why: expected a reason in words, found nothing$/]],
    ['another key', [{ ...FLAG, colour: 'red' }], [/^1: expected no other keys, found colour$/]],
    ['two faults', [{ ...FLAG, flag: 5, by: '' }], [/^1: by/, /^1: flag/]],
    ['of nothing', [withdrawal(1)], [/^1: expected the line of a flag before it, found 1$/]],
    ['of a later line', [withdrawal(2), FLAG], [/^1: expected the line of a flag before it, found 2$/]],
    [
      'twice',
      [FLAG, withdrawal(1), withdrawal(1)],
      [/^3: expected a flag in force, found line 1, which line 2 has withdrawn$/],
    ],
    [
      'of a withdrawal',
      [FLAG, withdrawal(1), withdrawal(2)],
      [/^3: .* found 2, which is a withdrawal: write the flag again$/],
    ],
    ['of a faulty line', [{ ...FLAG, flag: 5 }, withdrawal(1)], [/^1: flag/]],
    ['of no line', [FLAG, withdrawal('1')], [/^2: withdraw: expected a number|^2: withdraw: expected a whole number/]],
  ];
  for (const [what, facts, said] of cases) check(what, readFlags(fileOf(facts)).faults, said);
});

test('the faults of releases', () => {
  const cases: [what: string, facts: FactText[], said: RegExp[]][] = [
    ['a release', [RELEASE], []],
    [
      'part of a day',
      [{ ...RELEASE, to: '2026-03-02T06:00:00Z' }],
      [/^1: to: expected a whole day.* found 2026-03-02T06:00:00Z$/],
    ],
    ['no day', [{ ...RELEASE, to: '2026-03-01' }], [/^1: to: expected an end after/]],
    ['no digest', [RELEASE, { ...RELEASE, sha256: 'x' }], [/^2: sha256/]],
    ['a flag', [FLAG], [/flagLines/, /files/, /sha256/, /no other keys, found codes, flag/]],
  ];
  for (const [what, facts, said] of cases) check(what, readReleases(fileOf(facts)).faults, said);
});

function check(what: string, faults: readonly { line: number; message: string }[], said: readonly RegExp[]): void {
  const found = faults.map(({ line, message }) => `${line}: ${message}`);
  assert.equal(found.length, said.length, `${what}: ${found.join('\n')}`);
  said.forEach((pattern, i) => {
    assert.match(found[i], pattern, what);
  });
}

test('flags hold in the order of their lines, until a line withdraws them', () => {
  // Each step is a flag, or withdraws one of those in force.
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(), { freq: 2 }), { maxLength: 12 }), fc.nat(12), (steps, lines) => {
      const facts: FactText[] = [];
      const model: number[] = [];
      let asOf: number[] = [];
      for (const step of steps) {
        if (facts.length === lines) asOf = [...model];
        if (step === null || model.length === 0) model.push(facts.push(FLAG));
        else facts.push(withdrawal(model.splice(step % model.length, 1)[0]));
      }
      if (facts.length <= lines) asOf = [...model];
      const { flags, faults } = readFlags(fileOf(facts));
      assert.deepEqual(faults, []);
      const inForce = (until?: number) => flagsInForce(flags as ExpertFacts['flags'], until).map(({ line }) => line);
      assert.deepEqual(inForce(), model);
      assert.deepEqual(inForce(lines), asOf);
    }),
  );
});
