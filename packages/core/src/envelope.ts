/**
 * The envelope of relayed lines: what the link of a mooring puts around what its instruments said. It is a dated fact of the
 * site file and no code, because a relay may be replaced by another one.
 */

/** `envelope` of a deployment. */
export interface Envelope {
  /** Regular expression over the text of a relay line, with a group `line` and, where a relay serves several, `address`. */
  readonly pattern: string;
  /** Whose lines these are, exactly as the group `address` has it. */
  readonly address?: string | undefined;
}

/** What stands in a relay line: where the instrument's own line is, and whose it is. */
export interface OpenedEnvelope {
  /** Absent when the pattern has no such group. */
  readonly address: string | undefined;
  readonly start: number;
  readonly end: number;
}

const BLANK = 0x20;
const TAB = 0x09;
const CR = 0x0d;

/**
 * A function that opens the relay line `bytes[start, end)`; undefined when it does not have this envelope. The pattern sees one
 * character a byte, without the bytes 09–0D and 20 at both ends: historical files lost them, and a line means the same in both.
 */
export function envelopeOpener({
  pattern,
}: Envelope): (bytes: Uint8Array, start: number, end: number) => OpenedEnvelope | undefined {
  const shape = new RegExp(pattern, 'd');
  return (bytes, start, end) => {
    let [from, to] = [start, end];
    while (to > from && isSpace(bytes[to - 1])) to--;
    while (from < to && isSpace(bytes[from])) from++;
    const found = shape.exec(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1'));
    const line = found?.indices?.groups?.['line'];
    if (line === undefined) return undefined;
    return { address: found?.groups?.['address'], start: from + line[0], end: from + line[1] };
  };
}

/** What is wrong with an envelope as a person wrote it, by the key to correct; empty when nothing is. */
export function envelopeFaults({ pattern, address }: Envelope): { key: keyof Envelope; message: string }[] {
  let groups: readonly string[];
  try {
    // With an empty alternative it matches anything, and names its groups.
    groups = Object.keys(new RegExp(`${pattern}|`).exec('')?.groups ?? {});
  } catch (error) {
    return [{ key: 'pattern', message: `expected a regular expression, found ${(error as Error).message}` }];
  }
  const faults: { key: keyof Envelope; message: string }[] = [];
  if (!groups.includes('line')) {
    faults.push({
      key: 'pattern',
      message: `expected a group (?<line>…) for the line of the instrument, found '${pattern}'`,
    });
  }
  if (groups.includes('address') && address === undefined) {
    faults.push({
      key: 'address',
      message: 'expected the address of this sensor, since the pattern has a group (?<address>…), found none',
    });
  } else if (!groups.includes('address') && address !== undefined) {
    faults.push({
      key: 'address',
      message: `expected a group (?<address>…) in the pattern where an address is given, found '${pattern}'`,
    });
  }
  return faults;
}

/** True when two sensors can hear one endpoint at the same time: every line says whose it is. */
export function canShareEndpoint(a: Envelope | undefined, b: Envelope | undefined): boolean {
  if (a?.address === undefined || b?.address === undefined) return false;
  return a.pattern === b.pattern && a.address !== b.address;
}

function isSpace(byte: number): boolean {
  return byte === BLANK || (byte >= TAB && byte <= CR);
}
