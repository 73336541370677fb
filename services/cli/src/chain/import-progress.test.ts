import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startImportProgress } from './import-progress.ts';

/** Does files of 100 bytes and 10 rows, one every `stepMs`, and gives what was written. */
function written(files: number, stepMs: number, isTTY: boolean): string {
  let nowMs = 0;
  let text = '';
  const output = {
    isTTY,
    columns: 200,
    cursorTo: () => undefined,
    clearLine: () => undefined,
    once: () => undefined,
    on: () => undefined,
    off: () => undefined,
    removeListener: () => undefined,
    write: (more: string) => {
      text += more;
    },
  };
  const progress = startImportProgress(files, 100 * files, output, () => nowMs);
  for (let i = 0; i < files; i++) {
    nowMs += stepMs;
    progress.step(100, 10);
  }
  progress.say('a word');
  progress.stop();
  return text;
}

test('elsewhere than on a terminal: a line after two seconds, and one every fifteen', () => {
  assert.equal(written(100, 10, false), 'a word\n', 'what is quick shows nothing');
  assert.deepEqual(written(40, 1000, false).split('\n'), [
    '2/40 files, 20 rows, 10 rows/s, 38 s left',
    '17/40 files, 170 rows, 10 rows/s, 23 s left',
    '32/40 files, 320 rows, 10 rows/s, 8 s left',
    'a word',
    '',
  ]);
  assert.match(written(40, 60_000, false), /^1\/40 files, 10 rows, 0 rows\/s, 39 min left\n/);
  assert.match(written(400, 60_000, false), /^1\/400 files, .* 6 h 39 min left\n/);
});

test('on a terminal: a bar', () => {
  const text = written(40, 1000, true);
  assert.match(text, /2\/40 files, 20 rows, 10 rows\/s, 38 s left/);
  assert.match(text, /a word\n/);
  assert.equal(written(100, 10, true), 'a word\n');
});
