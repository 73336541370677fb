/**
 * Sea-Bird SBE 37 MicroCAT, in every form its samples come in. What each looks like stands above its decoder:
 * `text.ts` (output formats 1 and 3), `xml.ts` (2), `raw-decimal.ts` (0), `hex.ts` (uploads and inductive modems),
 * `inductive.ts` (blocks of a controller). Counts become quantities in `calibration.ts`.
 */
import { type DecodeLine, defineInstrument } from '../define.ts';
import { withoutFlowControl } from '../flow-control.ts';
import { LINES } from '../framing.ts';
import { blockDecoder, SIO } from '../sio-blocks.ts';
import { type Coefficients, calibration } from './calibration.ts';
import { readHeader } from './header.ts';
import { hexDecoder, inductiveHexDecoder } from './hex.ts';
import { inductiveBlockDecoder } from './inductive.ts';
import { rawDecimalDecoder } from './raw-decimal.ts';
import { parametersOf, type Settings, settingsSchema } from './settings.ts';
import { textDecoder } from './text.ts';
import { xmlDecoder } from './xml.ts';

/** What a controller calls an inductive MicroCAT. */
const BLOCK_KIND = 'CT';

export const sbe37Microcat = defineInstrument<Settings, Coefficients>({
  id: 'sbe37-microcat',
  title: 'Sea-Bird SBE 37 MicroCAT',
  l22: 'TOOL1457',
  l05: '130',
  l35: 'MAN0013',
  version: 1,
  framing: (settings) => (settings.framing === 'sio' ? SIO : LINES),
  labels: ['Instrument_Serial', 'Inductive_Id'],
  settings: settingsSchema,
  parameters: parametersOf,
  decoder: decoderOf,
  calibration,
  header: (run, settings) => readHeader(run, settings, decoderOf),
});

function decoderOf(settings: Settings): DecodeLine {
  switch (settings.outputFormat) {
    case 'inductive-binary':
      return blockDecoder(BLOCK_KIND, inductiveBlockDecoder(settings));
    case 'inductive-hex':
      return withoutFlowControl(inductiveHexDecoder(settings));
    case 'hex':
      return withoutFlowControl(hexDecoder(settings));
    case 0:
      return withoutFlowControl(rawDecimalDecoder(settings));
    case 2:
      return withoutFlowControl(xmlDecoder(settings));
    default:
      return withoutFlowControl(textDecoder(settings));
  }
}
