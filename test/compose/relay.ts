/** Lets containers reach the simulated boxes, which listen on 127.0.0.1 only: one address of the host for each of them. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  /** `tcp://host:port` */
  readonly endpoint: string;
  /** Refuses further connections; those that are open end with the box. */
  close(): Promise<void>;
}

/** Listens on `host` and passes every connection on to `endpoint`, byte for byte; an end that goes takes the other with it. */
export async function startRelay(endpoint: string, host: string): Promise<Relay> {
  const box = new URL(endpoint);
  const server = createServer((client) => {
    const far = connect(Number(box.port), box.hostname);
    join(client, far);
    join(far, client);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `tcp://${host}:${port}`,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function join(from: Socket, to: Socket): void {
  from.pipe(to);
  // A box that resets its client is one of the things that are simulated: 'close' follows.
  from.on('error', () => undefined);
  from.on('close', () => to.destroySoon());
}
