/** Separated text with quotes (RFC 4180), one line at a time. */

/** The cells of a line, quotes taken off. A quote that is never closed runs to the end of the line. */
export function cellsOfLine(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (line[at] === '"') {
      at++;
      for (;;) {
        const end = line.indexOf('"', at);
        if (end < 0) return [...cells, cell + line.slice(at)];
        cell += line.slice(at, end);
        at = end + 1;
        if (line[at] !== '"') break;
        cell += '"';
        at++;
      }
    }
    const end = line.indexOf(separator, at);
    if (end < 0) return [...cells, cell + line.slice(at)];
    cells.push(cell + line.slice(at, end));
    at = end + separator.length;
  }
}
