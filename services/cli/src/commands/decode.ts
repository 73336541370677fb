import type { Command } from 'commander';

const EXAMPLES = `Examples:
  emso decode aanderaa-optode OXYGEN_20210609.dat
  emso decode sbe37-microcat --set fields=TEMP,CNDC,PRES --set conductivityUnit=S/m --set outputFormat=1 lines.txt
  nc CONVERTER 4661 | emso decode aanderaa-optode -
  emso decode wetlabs-cstar CSTAR_20190601.raw | grep '"rejected"'

`;

const NOTES = `
Prints one JSON object per line or structure: kind (decoded, ignored, rejected), line (from 0), time, timeSource, values by code,
raw (texts of the line), reason and position (byte of the line) of a rejection.
A file of the raw archive and a historical .dat file are recognised; everything else is read as
what the instrument says, cut into lines, or into structures where the settings say so.
The word header as a value (calibration=header) takes it from the header lines of the file.
A value of --set is read as a number, true, false, null or a comma-separated list where the model expects one.`;

/** Adds `emso decode`. */
export function register(program: Command): void {
  program
    .command('decode')
    .summary('decode a file of instrument lines into JSON Lines')
    .description('Decodes instrument lines and says what became of each. Needs no other service and changes nothing.')
    .argument('<model>', 'instrument model, e.g. sbe37-microcat')
    .argument('<file>', 'file to read, - for standard input')
    .option('--set <key=value>', 'a decode setting (repeatable)', (text: string, all: string[] = []) => [...all, text])
    .option('--settings <json>', 'decode settings as a JSON object; --set goes over them')
    .option('--rows', 'the file has the 17-character stamp of the historical daily files')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', NOTES)
    .action(async (model, file, options) => {
      const { decode } = await import('../decode/command.ts');
      await decode(model, file, options);
    });
}
