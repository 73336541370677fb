/** What is done to the chain and when: a plan drawn from a seed, printed when it finds something, and cut down to what matters. */
import { type Random, randomOf, wholeBetween } from '../../services/cli/src/simulate/random.ts';
import { ROLES, type Role } from '../support/chain.ts';

export const DISKS = ['spool', 'store', 'archive'] as const;
export type Disk = (typeof DISKS)[number];

/**
 * `kill`: SIGKILL, `atWrite` in the moment in which it writes a file, and a start after `downMs`. `freeze`: SIGSTOP for `holdMs`, then
 * it goes on or is killed. `older-store`: the broker dies and comes back with its store of `behindMs` before. `full-disk`: no byte
 * left for `holdMs`. `clock-step`: the acquirer's clock is wrong by `stepMs` for `holdMs`. `late-lines`: what another acquirer had
 * in its spool since `ageMs`. `duplicates`: the newest messages of RAW once more, under no id. `import`: daily files of the same
 * days. `new-configuration`: every service stopped and started with other limits, valid from now. `two-decoders`: a second one for
 * `holdMs`, then killed. `redis-away`: killed or frozen for `holdMs`.
 */
export type Fault =
  | { readonly kind: 'kill'; readonly role: Role; readonly downMs: number; readonly atWrite: boolean }
  | { readonly kind: 'freeze'; readonly role: Role; readonly holdMs: number; readonly end: 'resume' | 'kill' }
  | { readonly kind: 'older-store'; readonly behindMs: number }
  | { readonly kind: 'full-disk'; readonly disk: Disk; readonly holdMs: number }
  | { readonly kind: 'clock-step'; readonly stepMs: number; readonly holdMs: number }
  | { readonly kind: 'late-lines'; readonly sensor: number; readonly lines: number; readonly ageMs: number }
  | { readonly kind: 'duplicates'; readonly messages: number }
  | { readonly kind: 'import'; readonly sensor: number; readonly rows: number; readonly ageDays: number }
  | { readonly kind: 'new-configuration' }
  | { readonly kind: 'two-decoders'; readonly holdMs: number }
  | { readonly kind: 'redis-away'; readonly holdMs: number; readonly how: 'kill' | 'freeze' };

export interface Strike {
  /** Pause since the strike before it began. */
  readonly afterMs: number;
  /** Everything before it is over, and nothing comes before the chain is current again: the time to recover is measured. */
  readonly alone: boolean;
  readonly fault: Fault;
}

export interface Schedule {
  readonly seed: number;
  /** Where in the round midnight falls (UTC of the services), a share of its expected length; null for none. */
  readonly midnightAt: number | null;
  readonly strikes: readonly Strike[];
}

/** Processes that a fault kills with SIGKILL. */
export function killsOf(fault: Fault): number {
  switch (fault.kind) {
    case 'kill':
    case 'older-store':
    case 'two-decoders':
      return 1;
    case 'freeze':
      return fault.end === 'kill' ? 1 : 0;
    case 'redis-away':
      return fault.how === 'kill' ? 1 : 0;
    default:
      return 0;
  }
}

/** A name for tables: what was hit, without the numbers. */
export function nameOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
      return `kill ${fault.role}`;
    case 'freeze':
      return `freeze ${fault.role}`;
    case 'full-disk':
      return `full disk: ${fault.disk}`;
    default:
      return fault.kind;
  }
}

/** Roughly how long a strike keeps the chain busy: where midnight falls depends on it, nothing else. */
const EXPECTED_STRIKE_MS = 2500;

export function expectedMs(schedule: Schedule): number {
  return schedule.strikes.length * EXPECTED_STRIKE_MS;
}

/** A round of `kills` kills, each role in turn, and once each kind of the other faults; without small disks no disk is filled. */
export function drawSchedule(seed: number, kills: number, smallDisks: boolean): Schedule {
  const random = randomOf(seed, 'schedule');
  const others: Fault[] = [
    { kind: 'freeze', role: 'nats', holdMs: wholeBetween(random, 500, 5000), end: drawn(random, ['resume', 'kill']) },
    // Longer than the broker waits for an answer: somebody else gets the message meanwhile.
    { kind: 'freeze', role: drawn(random, ['decoder', 'qc', 'writer']), holdMs: 6500, end: 'resume' },
    {
      kind: 'freeze',
      role: 'acquirer',
      holdMs: wholeBetween(random, 500, 3000),
      end: drawn(random, ['resume', 'kill']),
    },
    { kind: 'older-store', behindMs: wholeBetween(random, 300, 4000) },
    { kind: 'clock-step', stepMs: wholeBetween(random, -20_000, 20_000), holdMs: wholeBetween(random, 1500, 4000) },
    {
      kind: 'late-lines',
      sensor: wholeBetween(random, 0, 2),
      lines: 40,
      ageMs: wholeBetween(random, 1, 40) * 3_600_000,
    },
    { kind: 'duplicates', messages: wholeBetween(random, 1, 60) },
    { kind: 'import', sensor: wholeBetween(random, 0, 2), rows: 200, ageDays: wholeBetween(random, 0, 2) },
    { kind: 'new-configuration' },
    { kind: 'two-decoders', holdMs: wholeBetween(random, 2000, 6000) },
    { kind: 'redis-away', holdMs: wholeBetween(random, 1000, 4000), how: drawn(random, ['kill', 'freeze']) },
  ];
  if (smallDisks) {
    for (const disk of DISKS) others.push({ kind: 'full-disk', disk, holdMs: wholeBetween(random, 1500, 4000) });
  }
  const killed = others.reduce((sum, fault) => sum + killsOf(fault), 0);
  const faults = [...others];
  for (let i = 0; i < Math.max(0, kills - killed); i++) faults.push(drawKill(random, ROLES[i % ROLES.length]));
  return {
    seed,
    midnightAt: random() < 0.5 ? 0.2 + 0.6 * random() : null,
    strikes: shuffled(random, faults).map((fault) => ({
      afterMs: wholeBetween(random, 50, 1000),
      alone: random() < (fault.kind === 'kill' ? 0.2 : 0.7),
      fault,
    })),
  };
}

function drawKill(random: Random, role: Role): Fault {
  return {
    kind: 'kill',
    role,
    downMs: random() < 0.5 ? 0 : wholeBetween(random, 0, 2500),
    atWrite: role !== 'decoder' && role !== 'qc' && random() < 0.5,
  };
}

function drawn<T>(random: Random, items: readonly T[]): T {
  return items[wholeBetween(random, 0, items.length - 1)];
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = wholeBetween(random, 0, i);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}
