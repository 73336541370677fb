/** Reads a SeaDataNet ODV spreadsheet back: semantic header, labels, rows. Refuses what the format does not allow. */

export interface OdvTerm {
  readonly subject: string;
  readonly p01: string;
  readonly p06: string;
  readonly l22?: string;
}

export interface ReadOdv {
  readonly remarks: readonly string[];
  readonly terms: readonly OdvTerm[];
  readonly labels: readonly string[];
  /** Cells of every row, metadata of the first row repeated in none. */
  readonly rows: readonly (readonly string[])[];
  /** Metadata of the station, by label. */
  readonly station: ReadonlyMap<string, string>;
}

const MANDATORY = [
  'Cruise',
  'Station',
  'Type',
  'yyyy-mm-ddThh:mm:ss.sss',
  'Longitude [degrees_east]',
  'Latitude [degrees_north]',
  'LOCAL_CDI_ID',
  'EDMO_code',
  'Bot. Depth [m]',
];
const TERM =
  /^\/\/<subject>SDN:LOCAL:([^<]+)<\/subject><object>SDN:P01::([A-Z0-9]{8})<\/object><units>SDN:P06::([A-Z0-9]{4})<\/units>(?:<instrument>SDN:L22::(TOOL\d{4})<\/instrument>)?$/;

export function readOdv(text: string): ReadOdv {
  if (!text.endsWith('\n') || text.includes('\r')) throw new Error('ODV: expected lines that end in LF');
  const lines = text.slice(0, -1).split('\n');
  const comments = lines.findIndex((line) => !line.startsWith('//'));
  const head = lines.slice(0, comments);
  const from = head.indexOf('//SDN_parameter_mapping');
  const to = head.indexOf('//', from);
  if (from < 0 || to < 0) throw new Error('ODV: expected a semantic header that a line // closes');
  const terms = head.slice(from + 1, to).map((line): OdvTerm => {
    const match = TERM.exec(line);
    if (match === null) throw new Error(`ODV: expected a line of the semantic header, found ${line}`);
    const [, subject, p01, p06, l22] = match;
    return { subject, p01, p06, ...(l22 !== undefined && { l22 }) };
  });
  const labels = lines[comments].split('\t');
  if (labels.slice(0, MANDATORY.length).join() !== MANDATORY.join()) {
    throw new Error(`ODV: expected the mandatory labels, found ${labels.slice(0, MANDATORY.length)}`);
  }
  const data = labels.slice(MANDATORY.length);
  const names = data.filter((_, i) => i % 2 === 0).map((label) => label.replace(/ \[[^\]]*\]$/, ''));
  if (data.length % 2 !== 0 || data.some((label, i) => i % 2 === 1 && label !== 'QV:SEADATANET')) {
    throw new Error('ODV: expected QV:SEADATANET behind every data column');
  }
  if (names.join() !== terms.map(({ subject }) => subject).join()) {
    throw new Error(
      `ODV: expected one line of the header a column, in order, found ${names} and ${terms.length} lines`,
    );
  }
  const rows = lines.slice(comments + 1).map((line) => line.split('\t'));
  for (const [i, row] of rows.entries()) {
    if (row.length !== labels.length)
      throw new Error(`ODV row ${i}: expected ${labels.length} cells, found ${row.length}`);
    const empty = row.slice(0, MANDATORY.length).every((cell) => cell === '');
    if (empty !== i > 0) throw new Error(`ODV row ${i}: expected metadata on the first row only`);
    for (let c = MANDATORY.length + 1; c < row.length; c += 2) {
      if (!/^[0-9ABQ]$/.test(row[c])) throw new Error(`ODV row ${i}: expected an L20 flag, found '${row[c]}'`);
    }
  }
  return {
    remarks: head.slice(0, from),
    terms,
    labels: data,
    rows: rows.map((row) => row.slice(MANDATORY.length)),
    station: new Map(MANDATORY.map((label, i) => [label, rows[0][i]])),
  };
}
