/** `emso status`: what runs, what comes in, what is safe, and what somebody should look at. Nothing is guessed, nothing is changed. */
import { CommandFailure, EXIT } from '../command-failure.ts';
import { gatherFacts } from './gather.ts';
import { problemsOf } from './problems.ts';
import { statusText } from './status-text.ts';

/** Prints the state of the chain under `dir`. Throws CommandFailure 3 when nothing is there; sets exit code 1 on a problem. */
export async function status(dir: string, json: boolean): Promise<void> {
  const facts = await gatherFacts(dir);
  if (facts === undefined) {
    throw new CommandFailure(
      EXIT.unreachable,
      `expected running services, a spool or data under ${dir}, found none: start them with emso up --dir ${dir}`,
    );
  }
  const problems = problemsOf(facts);
  process.stdout.write(json ? `${JSON.stringify({ ...facts, problems })}\n` : statusText(facts, problems));
  if (problems.length > 0) process.exitCode = EXIT.problem;
}
