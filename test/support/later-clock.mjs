// Loaded with `node --import` into a service under test: its wall clock is EMSO_TEST_CLOCK_AHEAD_MS ahead, so that a day that
// is still today for the test has been over, and quiet, for long.
const aheadMs = Number(process.env.EMSO_TEST_CLOCK_AHEAD_MS);
if (!Number.isFinite(aheadMs)) throw new Error('expected EMSO_TEST_CLOCK_AHEAD_MS, found none');
const now = Date.now;
Date.now = () => now() + aheadMs;
