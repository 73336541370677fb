/** `emso decode`: a file of an instrument in, one JSON object a line or record out. Nothing is written anywhere else. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import {
  asksHeader,
  type DecodedLine,
  decodeLines,
  type Framing,
  framingOf,
  INSTRUMENTS,
  type InstrumentModel,
} from '@emso/instruments';
import { SingleBar } from 'cli-progress';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { type BlockReader, blocksOf, bytesOf, readerOf, shapeOf, wholeOf } from './input.ts';
import { settingsOf } from './settings.ts';

export interface DecodeOptions {
  readonly set?: readonly string[];
  readonly settings?: string;
  /** The input is a historical daily file, whatever it is called. */
  readonly rows?: boolean;
}

/** Text is handed to the output in pieces of about this many characters. */
const OUTPUT_CHARACTERS = 64 * 1024;
const QUICK_MS = 2000;

/** Decodes `file` (`-`: standard input) and prints what became of every line, then a summary on stderr. */
export async function decode(modelId: string, file: string, options: DecodeOptions): Promise<void> {
  const model = modelOf(modelId);
  const settings = settingsOf(model, options.settings, options.set ?? []);
  const checked = model.settings.parse(settings);
  const framing = framingOf(model, checked);
  // A structure may stand at the end of one block and the beginning of the next, and a header is about the whole file.
  const inBlocks = !('scan' in framing) && !asksHeader(checked);
  const counts: Record<DecodedLine['kind'], number> = { decoded: 0, ignored: 0, rejected: 0 };
  const progress = await progressOf(file);
  let reader: BlockReader | undefined;
  let text = '';
  let firstLine = 0;
  for await (const block of inBlocks ? blocksOf(bytesOf(file)) : wholeOf(bytesOf(file))) {
    reader ??= await openReader(file, block, framing, options);
    const { run, damaged } = reader(block);
    if (asksHeader(checked)) {
      for (const warning of model.header?.(run, checked).warnings ?? []) process.stderr.write(`${warning}\n`);
    }
    for (const answer of decodeLines(run, model, settings, { damaged })) {
      counts[answer.kind]++;
      text += `${JSON.stringify({ ...answer, line: firstLine + answer.line })}\n`;
      if (text.length < OUTPUT_CHARACTERS) continue;
      await print(text);
      text = '';
    }
    firstLine += run.count + damaged.length;
    progress.add(block.length);
  }
  await print(text);
  progress.stop();
  process.stderr.write(`${counts.decoded} decoded, ${counts.ignored} ignored, ${counts.rejected} rejected\n`);
}

function modelOf(id: string): InstrumentModel {
  const model = INSTRUMENTS.get(id);
  if (model !== undefined) return model;
  const known = [...INSTRUMENTS.values()].map((each) => `\n  ${each.id.padEnd(20)} ${each.title}`);
  throw new CommandFailure(EXIT.usage, `expected an instrument model, found '${id}'; the models are:${known.join('')}`);
}

async function openReader(file: string, first: Buffer, framing: Framing, options: DecodeOptions): Promise<BlockReader> {
  const shape = options.rows ? 'rows' : shapeOf(file, first);
  if (shape === 'rows' && !options.rows)
    process.stderr.write('read as rows of a historical daily file (stamp, then line)\n');
  if (shape === 'raw') process.stderr.write('read as rows of the raw archive\n');
  return readerOf(shape, framing);
}

/** Hands text to standard output and waits while its reader is behind. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

interface Progress {
  add(bytes: number): void;
  stop(): void;
}

/** A bar on the terminal, once it has taken two seconds; none where it would mix with the output or be of no use. */
async function progressOf(file: string): Promise<Progress> {
  if (!process.stderr.isTTY || process.stdout.isTTY || file === '-')
    return { add: () => undefined, stop: () => undefined };
  const { size } = await stat(file).catch((error: unknown) => {
    throw new CommandFailure(EXIT.unreachable, `expected a readable file, found ${(error as Error).message}`, error);
  });
  const startedMs = performance.now();
  const bar = new SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    format: '{bar} {percentage} %, {eta} s left',
  });
  let done = 0;
  let shown = false;
  return {
    add: (bytes) => {
      done += bytes;
      if (!shown && performance.now() - startedMs > QUICK_MS) {
        bar.start(size, done);
        shown = true;
      }
      if (shown) bar.update(done);
    },
    stop: () => {
      if (shown) bar.stop();
    },
  };
}
