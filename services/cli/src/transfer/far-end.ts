/** The other machine of a transfer: how ssh gets there. Nothing is ever asked on a terminal, and no host is trusted on first sight. */

export interface FarEnd {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly identityFile?: string | undefined;
  readonly knownHostsFile?: string | undefined;
}

/** Seconds until a machine that does not answer counts as away. */
const CONNECT_SECONDS = 20;

/** Options of ssh and sftp alike, but for the port. */
export function sshOptions({ identityFile, knownHostsFile }: FarEnd): string[] {
  return [
    ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', `ConnectTimeout=${CONNECT_SECONDS}`],
    ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=4'],
    ...(identityFile === undefined ? [] : ['-i', identityFile, '-o', 'IdentitiesOnly=yes']),
    ...(knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHostsFile}`]),
  ];
}

/** `user@host`; undefined for this machine. */
export function addressOf({ host, user }: FarEnd): string | undefined {
  if (host === undefined) return undefined;
  return user === undefined ? host : `${user}@${host}`;
}
