/** Running rsync and sftp: what they said, how they ended. */
import { spawn } from 'node:child_process';

export interface Outcome {
  /** Absent when it was killed. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command with `input`; never throws on its exit code. Throws when it is not installed. An abort ends it. */
export function runCommand(
  command: string,
  args: readonly string[],
  input: string,
  signal?: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // Times in listings are those of this process's zone.
    const child = spawn(command, args, { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' }, signal });
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.err += text;
    });
    // It may end before it has read all of it: its exit code says why.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.name === 'AbortError') resolve({ code: null, ...said });
      else if (error.code === 'ENOENT')
        reject(
          new Error(
            `expected the command ${command} on PATH, found none: install it (Debian: ${PACKAGE[command] ?? command})`,
          ),
        );
      else reject(error);
    });
    child.on('close', (code) => resolve({ code, ...said }));
    child.stdin.end(input);
  });
}

const PACKAGE: Readonly<Record<string, string>> = { rsync: 'rsync', sftp: 'openssh-client', ssh: 'openssh-client' };

/** The last thing that was said on stderr, for a message. */
export function lastWordsOf({ code, err }: Outcome): string {
  const line =
    err
      .trim()
      .split('\n')
      .filter((text) => !/^rsync error:/.test(text))
      .at(-1) ?? '';
  return `${code === null ? 'it was ended' : `exit code ${code}`}${line === '' ? '' : `: ${line.trim()}`}`;
}
