/** Steps of the machine's clock and its state of synchronisation, as event records: raw times can only be judged with them. */
import { access } from 'node:fs/promises';

/** A wall clock that moved this far against the monotonic one was set, not drifting. */
const STEP_MS = 250;
const CHECK_MS = 1000;
const SYNC_CHECK_MS = 60_000;
/** systemd-timesyncd touches this once the clock is synchronised. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';

export interface Clocks {
  /** Epoch ms; can be set. */
  wallMs(): number;
  /** Never goes back; its zero means nothing. */
  monotonicMs(): number;
}

const MACHINE: Clocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Calls `event` with `clock-step ms=…`, `clock-sync state=yes|unknown` and, at each UTC midnight, `midnight day=…`. Returns how to stop. */
export function watchClock(event: (text: string) => void, clocks = MACHINE, checkMs = CHECK_MS): () => void {
  let stopped = false;
  let lastWallMs = clocks.wallMs();
  let lastMonotonicMs = clocks.monotonicMs();
  let sync = '';
  let checkedSyncMs = Number.NEGATIVE_INFINITY;
  const check = async (): Promise<void> => {
    const wallMs = clocks.wallMs();
    const monotonicMs = clocks.monotonicMs();
    const stepMs = Math.round(wallMs - lastWallMs - (monotonicMs - lastMonotonicMs));
    if (Math.abs(stepMs) >= STEP_MS) event(`clock-step ms=${stepMs}`);
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    if (day(wallMs) !== day(lastWallMs)) event(`midnight day=${day(wallMs)}`);
    lastWallMs = wallMs;
    lastMonotonicMs = monotonicMs;
    if (monotonicMs - checkedSyncMs < SYNC_CHECK_MS) return;
    checkedSyncMs = monotonicMs;
    // Absent says nothing: the machine may run chrony, or be a container.
    const found = await access(SYNCHRONISED).then(
      () => 'yes',
      () => 'unknown',
    );
    if (found === sync || stopped) return;
    sync = found;
    event(`clock-sync state=${found}`);
  };
  void check();
  const timer = setInterval(() => void check(), checkMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
