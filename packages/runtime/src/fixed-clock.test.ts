import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFixedClock } from './fixed-clock.ts';

const module = `data:text/javascript,${encodeURIComponent(`
  export const times = () => [Date.now(), new Date().getTime(), new Date(5).getTime()];
  export const doubled = (value) => Float64Array.from(value, (each) => 2 * each);
  export const broken = (value) => { throw new Error('expected this, found ' + value); };
`)}`;

test('the clock stands where each call says, and is its own', () => {
  const times = withFixedClock<undefined, number[]>(module, 'times');
  assert.deepEqual(times(undefined, 1000), [1000, 1000, 5]);
  assert.deepEqual(times(undefined, 86_400_017), [86_400_017, 86_400_017, 5]);
  assert.ok(Date.now() > 1.6e12);
});

test('values go there and back as they are', () => {
  const doubled = withFixedClock<Float64Array, Float64Array>(module, 'doubled');
  for (let n = 0; n < 50; n++) assert.deepEqual(doubled(Float64Array.of(n, 0.5), 0), Float64Array.of(2 * n, 1));
});

test('what the function throws is thrown here, and the next call works', () => {
  const broken = withFixedClock<string, void>(module, 'broken');
  for (const each of ['a', 'b']) assert.throws(() => broken(each, 0), new RegExp(`expected this, found ${each}`));
  const nothing = withFixedClock<string, void>(module, 'nothing');
  assert.throws(() => nothing('a', 0), /is not a function/);
});
