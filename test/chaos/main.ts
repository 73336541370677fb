/** `npm run chaos`: rounds of random faults until so many kills have been survived, or the first that was not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { printRecoveries, printRound, printTotals, type Totals } from './report.ts';
import { type RoundResult, runRound } from './round.ts';
import { drawSchedule, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';
import { whyNoSmallDisks } from './small-disk.ts';

/** A round ends with every check; longer rounds check less often, shorter ones find what is wrong sooner. */
const KILLS_PER_ROUND = 100;
const SHRINK_TRIES = 12;
const DEFAULT_KILLS = 50;

const HELP = `npm run chaos -- [--kills N] [--seed S] [--minutes M] [--schedule FILE] [--no-shrink]

Runs the whole chain with simulated instruments while its processes are killed and frozen, its disks fill up, its clocks
are set and its broker forgets, and then checks that live == rebuilt and that the archive is what was sent.

  --kills N        until so many processes were killed (default ${DEFAULT_KILLS})
  --seed S         another seed, other faults (default: from the clock; it is printed)
  --minutes M      begin no further round after so many minutes
  --schedule FILE  one round of exactly these faults, as a failed run printed them
  --no-shrink      on a failure, do not look for a shorter schedule that fails too

Examples:
  npm run chaos                               one round, two to three minutes
  npm run chaos -- --kills 1000 --seed 1      a thousand kills, about an hour
  npm run chaos -- --schedule chaos-7.json    again what failed

Exit code 0: the promise was kept; 1: it was not; 2: it was not understood what to do.
`;

interface Wishes {
  readonly kills: number;
  readonly seed: number;
  readonly minutes: number;
  readonly schedule: string | undefined;
  readonly shrinks: boolean;
}

const wishes = wishesOf(process.argv.slice(2));
if (wishes === undefined) process.exitCode ??= 0;
else process.exitCode = await run(wishes);

async function run({ kills, seed, minutes, schedule, shrinks }: Wishes): Promise<number> {
  const noDisks = whyNoSmallDisks();
  if (noDisks !== undefined) say(`no full disks in this run: ${noDisks}`);
  const smallDisks = noDisks === undefined;
  const started = performance.now();
  const totals: Totals = { kills: 0, rounds: 0, sent: 0, archived: 0, lost: 0, seconds: 0, recoveries: [] };
  for (let round = 0; totals.kills < kills; round++) {
    if (round > 0 && performance.now() - started > minutes * 60_000) break;
    const wanted = Math.min(KILLS_PER_ROUND, Math.max(12, kills - totals.kills));
    const plan =
      schedule === undefined
        ? drawSchedule(seed + round, wanted, smallDisks)
        : (JSON.parse(readFileSync(schedule, 'utf8')) as Schedule);
    say(`round ${round + 1}: seed ${plan.seed}, ${plan.strikes.length} strikes`);
    const result = await attempt(plan, smallDisks, true);
    totals.seconds = (performance.now() - started) / 1000;
    if (result instanceof Error) return fail(plan, result, smallDisks, shrinks);
    add(totals, result);
    printRound(plan, result, totals);
    if (schedule !== undefined) break;
  }
  printTotals(totals);
  printRecoveries(totals.recoveries);
  return 0;
}

async function attempt(plan: Schedule, smallDisks: boolean, aloud: boolean): Promise<RoundResult | Error> {
  try {
    return await runRound(plan, { smallDisks, say: aloud ? say : () => undefined });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Everything somebody needs to see it again. */
async function fail(plan: Schedule, error: Error, smallDisks: boolean, shrinks: boolean): Promise<number> {
  const told = (each: Error): string =>
    `${each.stack}${each.cause instanceof Error ? `\ncaused by ${told(each.cause)}` : ''}`;
  process.stdout.write(`\nNOT KEPT, seed ${plan.seed}:\n${told(error)}\n`);
  const file = `chaos-${plan.seed}.json`;
  const keep = (schedule: Schedule): void => {
    writeFileSync(file, `${JSON.stringify(schedule, null, 1)}\n`);
    process.stdout.write(
      `\nschedule (npm run chaos -- --schedule ${file}):\n${schedule.strikes.map((strike) => JSON.stringify(strike)).join('\n')}\n`,
    );
  };
  keep(plan);
  if (!shrinks) return 1;
  say(`looking for a shorter schedule that fails too, at most ${SHRINK_TRIES} runs`);
  const shorter = await shrink(
    plan,
    async (part) => {
      const result = await attempt(part, smallDisks, false);
      say(
        `${part.strikes.length} strikes: ${result instanceof Error ? `fails (${result.message.split('\n')[0]})` : 'keeps the promise'}`,
      );
      return result instanceof Error;
    },
    SHRINK_TRIES,
  );
  if (shorter.strikes.length < plan.strikes.length) keep(shorter);
  return 1;
}

function add(totals: Totals, result: RoundResult): void {
  totals.kills += result.kills;
  totals.rounds++;
  totals.sent += result.sent;
  totals.archived += result.archived;
  totals.lost += result.lost;
  totals.recoveries.push(...result.recoveries);
}

function wishesOf(args: string[]): Wishes | undefined {
  const refuse = (why: string): undefined => {
    process.stderr.write(`${why}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  };
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        kills: { type: 'string' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        schedule: { type: 'string' },
        'no-shrink': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  if (values['help'] === true) {
    process.stdout.write(HELP);
    return undefined;
  }
  const number = (name: string, otherwise: number): number => {
    const text = values[name];
    return text === undefined ? otherwise : /^\d+$/.test(String(text)) ? Number(text) : Number.NaN;
  };
  const [kills, seed, minutes] = [
    number('kills', DEFAULT_KILLS),
    number('seed', Math.floor(Date.now() / 1000) % 1_000_000),
    number('minutes', Number.POSITIVE_INFINITY),
  ];
  const unclear = Object.entries({ kills, seed, minutes }).find(([, value]) => Number.isNaN(value));
  if (unclear) return refuse(`expected a whole number for --${unclear[0]}, found '${values[unclear[0]]}'`);
  return {
    kills,
    seed,
    minutes,
    schedule: values['schedule'] as string | undefined,
    shrinks: values['no-shrink'] !== true,
  };
}

function say(text: string): void {
  process.stderr.write(`chaos ${new Date().toISOString().slice(11, 23)}: ${text}\n`);
}
