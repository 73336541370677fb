/** Nortek Aquadopp current meter: its binary structures and its texts. What each looks like stands above its decoder. */
import { type DecodeLine, defineInstrument } from '../define.ts';
import { withoutFlowControl } from '../flow-control.ts';
import { type Framing, LINES } from '../framing.ts';
import { readConfiguration } from './configuration.ts';
import { profilerTextDecoder } from './profiler-text.ts';
import { codesOf, type Settings, settingsSchema } from './settings.ts';
import { scanStructures } from './structures.ts';
import { textDecoder } from './text-columns.ts';
import { structureDecoder } from './velocity-structure.ts';

const STRUCTURES: Framing = { name: 'nortek-structures', scan: scanStructures };

export const nortekAquadopp = defineInstrument<Settings>({
  id: 'nortek-aquadopp',
  title: 'Nortek Aquadopp',
  l05: '114',
  l35: 'MAN0068',
  version: 1,
  labels: [],
  settings: settingsSchema,
  framing: ({ layout }) => (layout === 'binary' ? STRUCTURES : LINES),
  parameters: codesOf,
  decoder,
  header: readConfiguration,
});

function decoder(settings: Settings): DecodeLine {
  // Every byte of a structure is data.
  if (settings.layout === 'binary') return structureDecoder(settings);
  if (settings.layout === 'profiler-text') return withoutFlowControl(profilerTextDecoder());
  return withoutFlowControl(textDecoder(settings, settings.layout));
}
