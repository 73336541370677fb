/** Whether a nats-server lives: it greets whoever connects. Asked directly, because its clients take a frozen one for alive for a minute. */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

export type BrokerState = 'answers' | 'does not answer' | 'not running' | 'unknown';

const GREETING_LIMIT_MS = 1500;

/** The state of the broker of a directory of `emso up`; unknown where none is configured. */
export async function greetBroker(dir: string): Promise<BrokerState> {
  const config = await readFile(join(dir, 'nats.conf'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const port = /^port: (\d+)$/m.exec(config)?.[1];
  if (port === undefined) return 'unknown';
  const host = /^host: (\S+)$/m.exec(config)?.[1] ?? '127.0.0.1';
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    const end = (state: BrokerState): void => {
      socket.destroy();
      resolve(state);
    };
    socket.setTimeout(GREETING_LIMIT_MS, () => end('does not answer'));
    socket.once('error', () => end('not running'));
    socket.once('end', () => end('does not answer'));
    socket.once('data', (greeting) => end(greeting.toString('latin1').startsWith('INFO ') ? 'answers' : 'unknown'));
  });
}
