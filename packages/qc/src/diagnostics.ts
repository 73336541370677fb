/**
 * What an instrument must say of itself to be believed, by model and parameter: declared uses of the tests, the same at every
 * site. They count for every sensor of the model that has the parameter and the partners; a test that the site file names for the
 * parameter takes the place of the same test here, and leaves the others. Whoever changes a limit raises QC_VERSION.
 */
import type { QcEntry } from './registry.ts';

const SOUND_SPEED: QcEntry = { grossRange: { fail: [1475, 1560], source: 'QARTOD, in-situ currents: example values' } };
const PHASE: QcEntry = { grossRange: { fail: [10, 70], source: 'OOI analog scaling: 10 + 12 V' } };
const COUNTS: QcEntry = { grossRange: { fail: [1, 65_534], source: 'a detector at 0 or at its end sees nothing' } };
/** Suspect, not bad: clear deep water may lie below for weeks, and nobody has learnt the level of this instrument yet. */
const AMPLITUDE: QcEntry = {
  grossRange: { fail: [0, 255], suspect: [25, 255], source: 'QARTOD, in-situ currents: 25 counts for an Aquadopp' },
};
const tilted = (other: string): QcEntry => ({
  tilt: { with: other, suspectDegrees: 20, failDegrees: 30, source: 'Nortek: 30 degrees; QARTOD example: 15' },
});

/** Entries by parameter code, by instrument model. */
export const DIAGNOSTICS: Readonly<Record<string, Readonly<Record<string, QcEntry>>>> = {
  'aanderaa-optode': {
    CALPHASE: PHASE,
    DPHASE: PHASE,
    OSAT: {
      optodeSaturation: {
        oxygen: 'DOXY',
        temperature: 'DOXY_TEMP',
        suspectPercent: 1,
        source: 'Aanderaa TD 269: saturation from the oxygen and temperature of the same line',
      },
    },
  },
  'wetlabs-cstar': { REFCOUNTS: COUNTS, SIGCOUNTS: COUNTS },
  'nortek-aquadopp': {
    SSPEED: SOUND_SPEED,
    PITCH: tilted('ROLL'),
    ROLL: tilted('PITCH'),
    AMP1: AMPLITUDE,
    AMP2: AMPLITUDE,
    AMP3: AMPLITUDE,
    BATTERY: {
      grossRange: {
        fail: [0, 50],
        suspect: [11.6, 50],
        source: 'QARTOD example; on the cable the supply is not the battery',
      },
    },
  },
};
