/** A disk so small that it can be filled: a file with ext4 in it, mounted over a directory. Needs root and loop devices. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface SmallDisk {
  /** Writes until the disk takes not one byte more. */
  fill(): void;
  free(): void;
  unmount(): void;
}

/** Why this machine lets nobody mount a small disk, found by trying; undefined when it does. */
export function whyNoSmallDisks(): string | undefined {
  const at = mkdtempSync(path.join(tmpdir(), 'emso-disk-'));
  try {
    mountSmallDisk(at, 4).unmount();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(`${at}.img`, { force: true });
    rmSync(at, { recursive: true, force: true });
  }
}

const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Mounts a disk over the empty directory `at`. It is unmounted when this process ends. */
export function mountSmallDisk(at: string, megabytes: number): SmallDisk {
  const image = `${at}.img`;
  run('truncate', ['-s', `${megabytes}M`, image]);
  run('mkfs.ext4', ['-q', '-m', '0', image]);
  run('mount', ['-o', 'loop', image, at]);
  const filler = path.join(at, '.filler');
  let mounted = true;
  const unmount = (): void => {
    if (!mounted) return;
    mounted = false;
    // Lazily: a process that still writes there is being killed at this very moment.
    run('umount', ['-l', at]);
    rmSync(image, { force: true });
  };
  process.prependListener('exit', unmount);
  return {
    fill() {
      const file = openSync(filler, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND);
      try {
        // Smaller and smaller pieces: the last block counts.
        for (let piece = 1 << 20; piece >= 1; piece >>= 2) {
          while (taken(file, Buffer.alloc(piece)));
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount() {
      process.off('exit', unmount);
      unmount();
    },
  };
}

function taken(file: number, bytes: Buffer): boolean {
  try {
    writeSync(file, bytes);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

function run(command: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: ENVIRONMENT });
  if (error !== undefined || status !== 0) {
    throw new Error(`expected ${command} ${args.join(' ')} to succeed, found ${error?.message ?? stderr.trim()}`);
  }
}
