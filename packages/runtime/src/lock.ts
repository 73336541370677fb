/**
 * One process writes a data root. The lock belongs to the open file description, so the kernel drops it when the holder
 * dies, however it dies: there is no stale lock to clean up. Local disks only; no lease, no time-out.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isoMs } from '@emso/core';

export interface DataRootLock {
  release(): void;
}

/** Locks `dir` for this process; throws naming the holder when another one has it, or what is missing to lock at all. */
export function lockDataRoot(dir: string): DataRootLock {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, '.lock');
  const fd = openSync(path, 'a+');
  try {
    // Node has no flock(2); flock(1) locks the description it inherits from us as its descriptor 3, and it stays locked here.
    const flock = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    if (flock.error !== undefined) {
      throw new Error(
        `data root ${dir}: expected the command flock (package util-linux) on PATH to lock it, found '${flock.error.message}': install it`,
      );
    }
    if (flock.status === 1) {
      throw new Error(
        `data root ${dir}: expected no other writer, found it locked by ${holderIn(path)}: stop that process or use another directory`,
      );
    }
    if (flock.status !== 0) {
      throw new Error(
        `data root ${dir}: flock ended with status ${flock.status}, signal ${flock.signal}: is ${dir} on a local disk that supports locks?`,
      );
    }
    ftruncateSync(fd);
    const command = process.argv.slice(0, 2).join(' ');
    writeSync(fd, `${JSON.stringify({ pid: process.pid, command, since: isoMs(Date.now()) })}\n`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  let held = true;
  return {
    release() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

function holderIn(path: string): string {
  const text = readFileSync(path, 'utf8').trim();
  const found = /^\{"pid":(\d+),"command":(".*"),"since":"([^"]+)"\}$/.exec(text);
  if (found === null) return `a process that has not written its name into ${path} yet`;
  return `process ${found[1]} (${JSON.parse(found[2])}), since ${found[3]}`;
}
