// What the steps of a run print, as it comes: the growth of the files in its folder of logs. Keeps the newest lines only.
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { cleanText } from '../view/text.ts';

export interface TailPiece {
  readonly number: number;
  readonly file: string;
  readonly text: string;
}

const keptPieces = 400;
/** Of one file in one look; what is more is in the log itself. */
const pieceBytes = 32 * 1024;

export class LogTail {
  readonly sizes = new Map<string, number>();
  pieces: TailPiece[] = [];
  private readonly folder: string;
  private readonly decoders = new Map<string, StringDecoder>();
  private count = 0;
  private looked: boolean;

  /** `isNew`: the run began under the eyes of the page, so all it printed so far counts as growth too. */
  constructor(folder: string, isNew = false) {
    this.folder = folder;
    this.looked = isNew;
  }

  /** Whether anything was printed since the last look. */
  async read(): Promise<boolean> {
    let grown = false;
    for (const name of await logNames(this.folder)) {
      const size = await sizeOf(join(this.folder, name));
      const before = this.sizes.get(name) ?? 0;
      if (size === before) continue;
      this.sizes.set(name, size);
      grown = true;
      // What was there before the page is in the logs' own part.
      if (this.looked && size > before) await this.take(name, { from: Math.max(before, size - pieceBytes), to: size });
    }
    this.looked = true;
    return grown;
  }

  private async take(file: string, { from, to }: { from: number; to: number }): Promise<void> {
    const decoder = this.decoders.get(file) ?? new StringDecoder('utf8');
    this.decoders.set(file, decoder);
    const text = cleanText(decoder.write(await bytesOf(join(this.folder, file), from, to)));
    if (text === '') return;
    this.count += 1;
    this.pieces.push({ number: this.count, file, text });
    if (this.pieces.length > keptPieces) this.pieces = this.pieces.slice(-keptPieces);
  }
}

const logNames = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.log'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

const sizeOf = async (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );

const bytesOf = async (path: string, from: number, to: number): Promise<Buffer> => {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(to - from);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};
