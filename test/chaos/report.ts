/** What a run of chaos prints. */
import type { Recovery, RoundResult } from './round.ts';
import type { Schedule } from './schedule.ts';

export interface Totals {
  kills: number;
  rounds: number;
  sent: number;
  archived: number;
  lost: number;
  seconds: number;
  readonly recoveries: Recovery[];
}

/** One line a round. */
export function printRound(plan: Schedule, result: RoundResult, totals: Totals): void {
  const { kills, sent, archived, lost, files, brokerRestarts, endedAlone } = result;
  const notes = [
    plan.midnightAt === null ? '' : ', over midnight',
    brokerRestarts === 0 ? '' : `, JetStream started again ${brokerRestarts} times after a full disk`,
    endedAlone.length === 0 ? '' : `, ${endedAlone.length} services ended by themselves and were started again`,
  ].join('');
  process.stdout.write(
    `seed ${plan.seed}: kept; ${kills} kills, ${sent} lines sent, ${archived} archived, ${lost} sent to a dead acquirer or nobody, ` +
      `${files} files equal${notes} (${totals.kills} kills in ${Math.round(totals.seconds)} s)\n`,
  );
  for (const words of endedAlone) process.stdout.write(`  ${words}\n`);
}

export function printTotals({ kills, rounds, sent, archived, lost, seconds }: Totals): void {
  process.stdout.write(
    `\n${kills} kills in ${rounds} rounds, ${Math.round(seconds)} s: live == rebuilt, open and sealed; of ${sent} lines sent ${archived} ` +
      `stand in the archive once, ${lost} were sent to a dead acquirer or to nobody\n`,
  );
}

/** Seconds from the end of a fault until a fresh line of every sensor is in its CSV, by fault. */
export function printRecoveries(recoveries: readonly Recovery[]): void {
  process.stdout.write('\nseconds from the end of a fault until every sensor’s files are current:\n');
  process.stdout.write(`${'fault'.padEnd(24)}${'times'.padStart(6)}${'median'.padStart(8)}${'worst'.padStart(8)}\n`);
  const byFault = Map.groupBy(recoveries, ({ fault }) => fault);
  for (const [fault, of] of [...byFault].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const seconds = of.map((each) => each.seconds).sort((a, b) => a - b);
    const [median, worst] = [seconds[(seconds.length - 1) >> 1], seconds[seconds.length - 1]];
    process.stdout.write(
      `${fault.padEnd(24)}${String(of.length).padStart(6)}${median.toFixed(1).padStart(8)}${worst.toFixed(1).padStart(8)}\n`,
    );
  }
}
