import type { Command } from 'commander';
import { positiveInteger, positiveNumber, wholeNumber } from './arguments.ts';

const EXAMPLES = `Examples:
  emso simulate                                      every cabled sensor of the site file, at its real cadence
  emso simulate --sensor microcat --speed 60 --json
  emso simulate --lines 500 --speed 1000 --faults some --seed 7
  emso simulate --faults microcat:cut@10,silence@20=6000

`;

const FAULTS = `
A fault is [SENSOR:]KIND@AFTER_LINES[=AMOUNT]; kinds: cut, silence (ms), reset, half-close, flood (lines), noise,
overlong (bytes), binary (bytes). It strikes at the first line with a listener after so many lines.
Nothing leaves a box before its first client has been there for 400 ms; from then on nobody waits for anybody.`;

const REPLAY_EXAMPLES = `Examples:
  emso simulate replay --file capture.txt --port 4001
  emso simulate replay --file aquadopp.bin --rate 19200 --chunk 7

`;

/** Adds `emso simulate`. */
export function register(program: Command): void {
  const simulated = program
    .command('simulate')
    .summary('play the instruments behind their serial boxes, over TCP')
    .description(
      'Serves instrument lines over TCP on free local ports as the serial boxes of the site do, and logs what left.',
    )
    .option('--observatory <file>', 'site file (default: deploy/observatory/emso-ligure-ouest.yaml of this project)')
    .option('--sensor <id...>', 'only these sensors')
    .option('--speed <n>', 'lines leave so many times faster', positiveNumber, 1)
    .option('--lines <n>', 'stop after so many lines of each sensor', positiveInteger)
    .option('--seed <n>', 'same seed, same lines', wholeNumber, 1)
    .option('--start <time>', 'what the instruments’ clocks say at first, UTC (default: now)')
    .option('--faults <plan>', 'none, some, or a list', 'none')
    .option('--log <dir>', 'where the log of what left goes (default: a fresh temporary directory)')
    .option('--duration <s>', 'stop after so many seconds', positiveNumber)
    .option('--json', 'print the endpoints as one JSON object')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', FAULTS)
    .action(async (options) => {
      const { simulate } = await import('../simulate/command.ts');
      await simulate(options);
    });
  simulated
    .command('replay')
    .summary('serve a capture file')
    .description('Serves the bytes of a file as they are, once, on a local port, as the serial box of a sensor would.')
    .requiredOption('--file <capture>', 'file to serve')
    .option('--port <n>', 'port on this machine (default: a free one, printed)', wholeNumber, 0)
    .option('--rate <n>', 'bytes a second', positiveNumber, 960)
    .option('--chunk <n>', 'bytes that leave at once', positiveInteger, 64)
    .addHelpText('before', REPLAY_EXAMPLES)
    .action(async (options) => {
      const { replay } = await import('../simulate/replay-command.ts');
      await replay(options);
    });
}
