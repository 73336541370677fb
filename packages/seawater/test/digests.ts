/**
 * Digests of the values of every function over a few thousand places of the ocean, for a comparison of Node versions. Uses nothing
 * but the package; run as a program it prints them as JSON.
 */
import { createHash } from 'node:crypto';
import * as seawater from '../src/mod.ts';

/** Those that take other things than numbers; the functions built on them are compared. */
const NOT_OF_NUMBERS = ['saarOf', 'insideTable', 'optode_svu'];
const ARITY: Readonly<Record<string, number>> = { eos80_ptmp: 4 };
const PLACES = 2000;

/** SHA-256 of the values of each function, by name. */
export function digests(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(seawater)) {
    if (typeof value !== 'function' || NOT_OF_NUMBERS.includes(name)) continue;
    const hash = createHash('sha256');
    for (const answer of answersOf(name, value as (...values: unknown[]) => unknown)) {
      hash.update(Float64Array.from(typeof answer === 'number' ? [answer] : Object.values(answer as number[])));
    }
    found[name] = hash.digest('hex');
  }
  return found;
}

function answersOf(name: string, run: (...values: unknown[]) => unknown): unknown[] {
  const arity = ARITY[name] ?? run.length;
  return Array.from({ length: PLACES }, (_, place) => {
    // Fractions of the golden ratio spread evenly and are the same everywhere.
    const at = (i: number): number => ((place + 1) * (i + 1) * 0.6180339887498949) % 1;
    if (name.startsWith('aquadopp_') && name !== 'aquadopp_tilt') {
      const vector = [at(0) - 0.5, at(1) - 0.5, at(2) - 0.5];
      const angles = [360 * at(3), 60 * at(4) - 30, 60 * at(5) - 30, place % 2 === 0];
      const head = Array.from({ length: 9 }, (_, i) => at(i) - 0.5);
      return name.includes('beam')
        ? run(vector, head, ...(name.endsWith('enu') ? angles : []))
        : run(vector, ...angles);
    }
    return run(...Array.from({ length: arity }, (_, i) => 45 * at(i)));
  });
}

if (process.argv[1] === import.meta.filename) process.stdout.write(JSON.stringify(digests()));
