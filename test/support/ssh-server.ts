/** A throw-away sshd on a free port of 127.0.0.1, with keys of its own: the far end of a transfer. It ends with the test process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { startChild } from './child.ts';
import { freePort, temporaryDirectory, waitFor } from './waiting.ts';

export interface SshServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  stop(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

/** Why there can be no sshd here; undefined when there can. */
export function withoutSsh(): string | undefined {
  if (!existsSync(SSHD)) return 'sshd is not installed (Debian: openssh-server)';
  if (spawnSync('rsync', ['--version']).error !== undefined) return 'rsync is not installed';
  // Its processes are separated by a directory that only root can make.
  if (!existsSync('/run/sshd') && userInfo().uid !== 0) return '/run/sshd is missing, and only root can make it';
  return undefined;
}

export async function startSsh(): Promise<SshServer> {
  const dir = temporaryDirectory('sshd');
  const at = (name: string): string => path.join(dir, name);
  for (const name of ['host', 'identity']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
    chmodSync(at(name), 0o600);
  }
  copyFileSync(at('identity.pub'), at('authorized'));
  const port = await freePort();
  writeFileSync(
    at('config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized')}`,
      `PidFile ${at('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  );
  if (!existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
  const child = await startChild({ command: SSHD, args: ['-D', '-e', '-f', at('config')], cwd: dir, env: process.env });
  await waitFor(
    () => {
      if (child.exit() !== undefined) throw new Error(`sshd ended: ${child.stderr.join('\n')}`);
      return answers(port);
    },
    { what: `sshd to listen on ${port}` },
  );
  const [kind, key] = readFileSync(at('host.pub'), 'utf8').split(' ');
  writeFileSync(at('known'), `[127.0.0.1]:${port} ${kind} ${key}\n`);
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    identityFile: at('identity'),
    knownHostsFile: at('known'),
    async stop() {
      await child.stop();
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
