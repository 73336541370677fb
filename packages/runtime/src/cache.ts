/**
 * Latest values for the board, in Redis. Everything here may be lost: no call throws, waits long or queues up while Redis is
 * away, and without an address it does nothing. The only file that knows the Redis client.
 */
import { Redis } from 'ioredis';
import type { Log } from './log.ts';

export interface Cache {
  /** Remembers the latest value of a sensor, or drops it when Redis does not take it at once. */
  setLatest(platform: string, sensor: string, json: string): Promise<void>;
  /** The latest value, or undefined when there is none or Redis does not answer at once. */
  getLatest(platform: string, sensor: string): Promise<string | undefined>;
  close(): void;
}

const COMMAND_TIMEOUT_MS = 250;
const RECONNECT_CAP_MS = 5000;

/** A cache on the server at `url`; one that forgets everything when there is no address. */
export function openCache(url: string | undefined, log: Log): Cache {
  if (url === undefined) {
    return { setLatest: async () => {}, getLatest: async () => undefined, close: () => {} };
  }
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(RECONNECT_CAP_MS, 100 * attempt),
  });
  // Unknown until the first answer, so that the first state is logged too, and then only changes.
  let up: boolean | undefined;
  redis.on('ready', () => {
    if (up === false) log.info('redis is there again');
    up = true;
  });
  const down = (error: Error): void => {
    if (up !== false) log.warn({ reason: 'cache-down', err: error }, 'redis is away: going on without latest values');
    up = false;
  };
  redis.on('error', down);
  redis.on('close', () => down(new Error('the connection was closed')));

  const attempt = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    if (redis.status !== 'ready') return undefined;
    try {
      return await command();
    } catch (error) {
      log.debug({ err: error }, 'redis did not answer');
      return undefined;
    }
  };
  const key = (platform: string, sensor: string): string => `emso:latest:${platform}:${sensor}`;
  return {
    setLatest: async (platform, sensor, json) => {
      await attempt(() => redis.set(key(platform, sensor), json));
    },
    getLatest: async (platform, sensor) => (await attempt(() => redis.get(key(platform, sensor)))) ?? undefined,
    close: () => {
      redis.removeAllListeners('close');
      redis.disconnect();
    },
  };
}
