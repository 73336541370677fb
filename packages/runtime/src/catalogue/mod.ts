export * from './catalogue-fault.ts';
export type { ConnectionOptions } from './connection.ts';
export * from './credentials.ts';
export * from './difference.ts';
export * from './far-end.ts';
export * from './open-far-end.ts';
export * from './order.ts';
export * from './sync.ts';
export * from './sync-memory.ts';
