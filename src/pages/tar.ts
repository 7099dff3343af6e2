// The little of the tar format (POSIX ustar) that a bundle needs, in memory: plain files are written, and one is found again.

export interface Member {
  /** Folders by `/`. */
  readonly name: string;
  readonly content: string;
}

const block = 512;

/** @throws RangeError for a name that does not fit the format. */
export const tarOf = (members: readonly Member[]): Buffer =>
  Buffer.concat([...members.flatMap(blocksOf), Buffer.alloc(2 * block)]);

const blocksOf = ({ name, content }: Member): readonly Buffer[] => {
  const bytes = Buffer.from(content);
  return [headerOf(name, bytes.length), bytes, Buffer.alloc((block - (bytes.length % block)) % block)];
};

const headerOf = (path: string, size: number): Buffer => {
  const slash = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
  if (Buffer.byteLength(name) > 100 || Buffer.byteLength(folder) > 155)
    throw new RangeError(`the name ${path} is too long for an archive`);
  const header = Buffer.alloc(block);
  const put = (text: string, at: number): number => header.write(text, at);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  put(name, 0);
  put(octal(0o600, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(0, 11), 136);
  put('0', 156);
  put('ustar\x0000', 257);
  put(folder, 345);
  // The sum counts its own field as blanks.
  header.fill(' ', 148, 156);
  put(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  return header;
};

/** The content of the first plain file of that name, in whichever folder; undefined when there is none. */
export const memberOf = (archive: Buffer, wanted: string): string | undefined => {
  for (let at = 0; at + block <= archive.length && archive[at] !== 0; ) {
    const field = (from: number, length: number): string =>
      archive.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 12).trim(), 8);
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    const start = at + block;
    const plain = ['0', ''].includes(field(156, 1));
    if (plain && field(0, 100).split('/').at(-1) === wanted) return archive.toString('utf8', start, start + size);
    at = start + Math.ceil(size / block) * block;
  }
  return undefined;
};
