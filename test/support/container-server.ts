/**
 * The back-end of test servers that runs them in containers, by testcontainers. The engine must run on this machine: the
 * containers use its network and its directories, so that a server has the address, the arguments and the store that it has
 * when it runs from a binary.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import {
  type ContainerRuntimeClient,
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  PullPolicy,
  StartupCheckStrategy,
} from 'testcontainers';
import type { Exit } from './child.ts';
import { openFreezer, setFrozen } from './container-freezer.ts';
import { holdContainer, releaseContainer, removeContainer, SESSION_LABEL } from './container-session.ts';
import { QUOTED_LINES, type ServerProgram, type ServerRun } from './server-run.ts';

/** Whether a server answers is asked by who started it, the same way whatever it runs in. */
class Unawaited extends StartupCheckStrategy {
  override async checkStartupState(): Promise<'SUCCESS'> {
    return 'SUCCESS';
  }
}

/** Runs a program of an image in a container of its own, which is removed when the program has ended or this process ends. */
export async function runContainer(image: string, program: ServerProgram): Promise<ServerRun> {
  const engine = await engineWith(image);
  const name = `emso-test-${program.command}-${randomUUID()}`;
  const container = engine.container.getById(name);
  const discard = async (): Promise<void> => {
    await removeContainer(name);
    releaseContainer(name);
  };
  holdContainer(name);
  openFreezer();
  try {
    await new GenericContainer(image)
      .withName(name)
      .withLabels(SESSION_LABEL)
      // The images' own entry points change owners and users.
      .withEntrypoint([program.command])
      .withCommand([...program.args])
      .withNetworkMode('host')
      .withBindMounts([{ source: program.directory, target: program.directory }])
      .withWorkingDir(program.directory)
      // What it writes belongs to the test.
      .withUser(`${process.getuid?.()}:${process.getgid?.()}`)
      .withPullPolicy(PullPolicy.neverPull())
      // Testcontainers' own cleaner is one more image to fetch: container-session.ts does its work.
      .withAutoCleanup(false)
      .withWaitStrategy(new Unawaited())
      .start();
  } catch (error) {
    await discard();
    throw new Error(`expected ${program.command} to start in image ${image}, found: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const pid = (await container.inspect()).State.Pid;

  let exit: Exit | undefined;
  let ending: Promise<Exit> | undefined;
  /** Resolves when it has ended and its container is removed. */
  const gone = (): Promise<Exit> => {
    ending ??= (async () => {
      exit = exitOf((await container.wait()).StatusCode);
      await discard();
      return exit;
    })();
    return ending;
  };
  /** A paused container is resumed by the engine; one that has ended needs no signal. */
  const send = async (signal: NodeJS.Signals): Promise<void> => {
    await container.kill({ signal }).catch((error: { statusCode?: number }) => {
      if (![404, 409].includes(error.statusCode ?? 0)) throw error;
    });
  };
  return {
    pid,
    ended: async () => {
      if (exit) return exit;
      const { Running, ExitCode } = (await container.inspect()).State;
      return Running ? undefined : exitOf(ExitCode);
    },
    lastWords: async () => plainLog(await container.logs({ stdout: true, stderr: true, tail: QUOTED_LINES })),
    kill: async (signal = 'SIGKILL') => {
      if (exit) return exit;
      await send(signal);
      return gone();
    },
    stop: async (graceMs = 12_000) => {
      if (exit) return exit;
      let killed: Promise<void> | undefined;
      const timer = setTimeout(() => {
        killed = send('SIGKILL');
      }, graceMs);
      await send('SIGTERM');
      const found = await gone().finally(() => clearTimeout(timer));
      if (killed === undefined) return found;
      await killed;
      throw new Error(`expected ${program.command} (pid ${pid}) to stop within ${graceMs} ms of SIGTERM; killed it`);
    },
    pause: () => {
      if (!exit) setFrozen(name, true);
    },
    resume: () => {
      if (!exit) setFrozen(name, false);
    },
  };
}

/** The engine, in one line, and that it has this image. */
export async function describeEngine(image: string): Promise<string> {
  const { serverVersion } = (await engineWith(image)).info.containerRuntime;
  return `containers of ${image} (engine ${serverVersion})`;
}

/** The engine of this machine, when it answers and has the image. Nothing is ever fetched from a registry. */
async function engineWith(image: string): Promise<ContainerRuntimeClient> {
  const unset = 'or leave EMSO_TEST_NATS_IMAGE and EMSO_TEST_REDIS_IMAGE out, and the servers start from binaries';
  const { DOCKER_HOST } = process.env;
  const asked = DOCKER_HOST ?? '/var/run/docker.sock';
  const engine = await getContainerRuntimeClient().catch((cause: Error) => {
    throw new Error(
      `expected a container engine for the test image ${image}, found none that answers at ${asked} (${cause.message}): start it, ${unset}`,
      { cause },
    );
  });
  // An engine that does not answer is passed over for the next one on the machine: then the one that was asked for is not tested.
  const { socketPath } = engine.container.dockerode.modem as { socketPath?: string };
  if (DOCKER_HOST?.startsWith('unix://') && socketPath !== DOCKER_HOST.slice('unix://'.length)) {
    throw new Error(
      `expected a container engine for the test image ${image} at DOCKER_HOST=${asked}, found one at ${socketPath} only: start it, ${unset}`,
    );
  }
  if (!(await engine.image.exists(ImageName.fromString(image)))) {
    throw new Error(
      `expected the test image ${image} in the container engine, found none: make or load it (no registry is asked), ${unset}`,
    );
  }
  return engine;
}

/** How a process ended: an engine gives 128 + n for an end by signal n. */
function exitOf(status: number): Exit {
  const found = Object.entries(constants.signals).find(([, number]) => number === status - 128);
  return found === undefined ? { code: status, signal: null } : { code: null, signal: found[0] as NodeJS.Signals };
}

/** The text of a log: the engine puts eight bytes before each piece, the last four its length. */
function plainLog(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
