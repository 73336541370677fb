// Loaded with `node --import` into a service under test: since EMSO_TEST_CLOCK_START_MS its wall clock runs EMSO_TEST_CLOCK_RATE times
// as fast, so that days pass in minutes. Monotonic clocks and timers keep their pace.
const startMs = Number(process.env.EMSO_TEST_CLOCK_START_MS);
const rate = Number(process.env.EMSO_TEST_CLOCK_RATE);
if (!(startMs > 0) || !(rate > 0))
  throw new Error('expected EMSO_TEST_CLOCK_START_MS and EMSO_TEST_CLOCK_RATE, found none');
const now = Date.now;
Date.now = () => Math.round(startMs + (now() - startMs) * rate);
