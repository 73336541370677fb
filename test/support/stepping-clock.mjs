// Loaded with `node --import` into a service under test: its wall clock is ahead by what EMSO_TEST_CLOCK_FILE says, in ms, and
// follows that file while the service runs. Monotonic clocks and timers are not touched, as when somebody sets a clock.
import { readFileSync } from 'node:fs';

const file = process.env.EMSO_TEST_CLOCK_FILE;
if (file === undefined) throw new Error('expected EMSO_TEST_CLOCK_FILE, found none');
const aheadMs = () => {
  const text = readFileSync(file, 'utf8').trim();
  if (!/^-?\d+$/.test(text)) throw new Error(`expected whole milliseconds in EMSO_TEST_CLOCK_FILE, found '${text}'`);
  return Number(text);
};
let ahead = aheadMs();
setInterval(() => {
  ahead = aheadMs();
}, 50).unref();
const now = Date.now;
Date.now = () => now() + ahead;
