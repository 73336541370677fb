/** What an optode says: its parameters, the labels in front of values, the models that are optodes, and other known lines. */
import { asciiBytes, BLANK, startsWith, TAB } from '../bytes.ts';

/** Codes in column order. The first ten are also the order of the unlabelled form. */
export const CODES = [
  'DOXY',
  'OSAT',
  'DOXY_TEMP',
  'CALPHASE',
  'TCPHASE',
  'C1RPH',
  'C2RPH',
  'C1AMP',
  'C2AMP',
  'RAWTEMP',
  'DPHASE',
  'BPHASE',
  'RPHASE',
  'BAMP',
] as const;

/** Concentration, saturation and temperature: without them a line is no observation. */
export const ESSENTIAL = 3;

/** Decimals that the last number of an unlabelled line shows at least, by how many numbers the line has. */
export const PLAIN_DECIMALS: Readonly<Record<number, number | undefined>> = { 3: 3, 10: 1 };

export interface Label {
  readonly name: Uint8Array;
  /** Index into CODES; −1 for a quantity that is not published. */
  readonly column: number;
  /** Decimals the instrument prints: a last value with fewer was cut. */
  readonly decimals: number;
}

function label(name: string, code: (typeof CODES)[number] | null, decimals: number): Label {
  return { name: asciiBytes(name), column: code === null ? -1 : CODES.indexOf(code), decimals };
}

/** In the order of the lines, so that the label behind the one just read is nearly always the next one here. */
export const LABELS: readonly Label[] = [
  label('O2Concentration', 'DOXY', 3),
  label('AirSaturation', 'OSAT', 3),
  label('Temperature', 'DOXY_TEMP', 2),
  label('CalPhase', 'CALPHASE', 3),
  label('TCPhase', 'TCPHASE', 3),
  label('C1RPh', 'C1RPH', 3),
  label('C2RPh', 'C2RPH', 3),
  label('C1Amp', 'C1AMP', 1),
  label('C2Amp', 'C2AMP', 1),
  label('RawTemp', 'RAWTEMP', 1),
  label('Oxygen', 'DOXY', 2),
  label('Saturation', 'OSAT', 2),
  label('DPhase', 'DPHASE', 2),
  label('BPhase', 'BPHASE', 2),
  label('RPhase', 'RPHASE', 2),
  label('BAmp', 'BAMP', 2),
  label('BPot', null, 2),
  label('RAmp', null, 2),
  label('RawTem.', 'RAWTEMP', 2),
];

/** Index in LABELS of the text `bytes[at, end)`, looked for from `hint` on and around; −1 when it is none of them. */
export function labelIndex(bytes: Uint8Array, at: number, end: number, hint: number): number {
  for (let n = 0; n < LABELS.length; n++) {
    const index = (hint + n) % LABELS.length;
    const { name } = LABELS[index];
    if (name.length !== end - at) continue;
    let i = 0;
    while (i < name.length && bytes[at + i] === name[i]) i++;
    if (i === name.length) return index;
  }
  return -1;
}

/** True for the model numbers of Aanderaa oxygen optodes. */
export function isOptode(model: number): boolean {
  return (model >= 3800 && model <= 3899) || [3975, 4330, 4531, 4831, 4835].includes(model);
}

/** The first words of lines that are no sample: start-up and mode reports, error replies, echoes. */
const CHATTER = ['startupinfo', 'mode', 'syntax error', 'do sample'].map(asciiBytes);

/** True when `bytes[at, end)` is a known line that is no sample. */
export function isChatter(bytes: Uint8Array, at: number, end: number): boolean {
  return CHATTER.some((words) => {
    const next = at + words.length;
    return startsWith(bytes, at, end, words) && (next === end || bytes[next] === BLANK || bytes[next] === TAB);
  });
}
