/** Whatever is done to a file of facts but appending to it is found. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { chainedLine, readChain } from './fact-chain.ts';

const words = fc.record({ why: fc.string(), n: fc.integer() });
const chains = fc.array(words, { minLength: 1, maxLength: 6 });

function fileOf(facts: readonly Readonly<Record<string, unknown>>[]): string {
  return facts.reduce<string>((text, fact) => `${text}${chainedLine(fact, text)}\n`, '');
}

test('what was appended is read again, line by line', () => {
  fc.assert(
    fc.property(chains, (facts) => {
      const { facts: found, faults } = readChain(fileOf(facts));
      assert.deepEqual(faults, []);
      assert.deepEqual(
        found.map(({ value }) => value),
        facts.map((fact) => ({ ...fact })),
      );
      assert.deepEqual(
        found.map(({ line }) => line),
        facts.map((_, i) => i + 1),
      );
    }),
  );
});

test('a line holds the SHA-256 of the line before it, as sha256sum gives it', () => {
  const [first, second] = fileOf([{ a: 1 }, { a: 2 }]).split('\n');
  assert.equal(JSON.parse(first).before, '0'.repeat(64));
  assert.equal(JSON.parse(second).before, createHash('sha256').update(first).digest('hex'));
});

test('one changed character, anywhere, is found at its line', () => {
  fc.assert(
    fc.property(chains, fc.nat(), fc.constantFrom('0', 'x', ' ', '"', '}'), (facts, at, put) => {
      const text = fileOf(facts);
      const place = at % (text.length - 1);
      if (text[place] === put || text[place] === '\n') return;
      const { faults } = readChain(text.slice(0, place) + put + text.slice(place + 1));
      const line = text.slice(0, place).split('\n').length;
      assert.equal(faults[0]?.line, line, JSON.stringify(faults));
    }),
  );
});

test('a line that is removed, doubled or moved is found', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(words, { minLength: 3, maxLength: 6, selector: ({ n }) => n }),
      fc.nat(),
      (facts, at) => {
        const lines = fileOf(facts).trimEnd().split('\n');
        // The last line alone can go without a trace in what stands before it: manifests and git still have it.
        const i = at % (lines.length - 1);
        const removed = lines.toSpliced(i, 1);
        const doubled = lines.toSpliced(i, 0, lines[i]);
        const moved = [...removed, lines[i]];
        for (const changed of [removed, doubled, moved]) {
          assert.notEqual(readChain(`${changed.join('\n')}\n`).faults.length, 0);
        }
      },
    ),
  );
});

test('each fault says its line, what was expected, what was found and what to do', () => {
  const good = fileOf([{ a: 1 }, { a: 2 }, { a: 3 }]);
  const [first, second, third] = good.split('\n');
  const cases: [text: string, ...said: RegExp[]][] = [
    [good.slice(0, -1), /^3: expected a line feed at the end, found a line that was cut .* remove it$/],
    [
      `${first}\nrubbish\n`,
      /^2: expected a JSON object that ends with its digest 'own', found 'rubbish'; bring the file back/,
    ],
    [
      `${first}\n${second.replace('"a":2', '"a":4')}\n${third}\n`,
      /^2: expected the line whose SHA-256 is .*, found an edited one/,
    ],
    [
      `${first}\n${third}\n`,
      /^2: expected 'before' to be the SHA-256 of line 1 .*: a line was removed, put in or edited before it/,
    ],
    [`${second}\n`, /^1: expected 'before' to be 64 zeros, being the first line/],
    [`${first}\r\n${second}\r\n`, /^1: expected a JSON object/, /^2: expected a JSON object/],
    [`${first}\n\n`, /^2: expected a JSON object that ends with its digest/],
  ];
  for (const [text, ...said] of cases) {
    const found = readChain(text).faults.map(({ line, message }) => `${line}: ${message}`);
    assert.equal(found.length, said.length, found.join('\n'));
    said.forEach((pattern, i) => {
      assert.match(found[i], pattern);
    });
  }
});
