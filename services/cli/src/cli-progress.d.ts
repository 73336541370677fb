/** The part of cli-progress that is used here; the library carries no types. */
declare module 'cli-progress' {
  export class SingleBar {
    constructor(options: { stream?: NodeJS.WritableStream; clearOnComplete?: boolean; format?: string });
    start(total: number, done: number): void;
    update(done: number): void;
    stop(): void;
  }
}
