// Keeps the last bytes of a stream in bounded memory, whatever the sizes of its pieces, and gives them back as text.

/** Pieces are copied: a buffer a piece would cost far more than its bytes when they come one by one. */
export class RetainedOutput {
  private readonly most: number;
  private bytes: Uint8Array = empty;
  private length = 0;
  /** Where the oldest byte is once the buffer is full. */
  private start = 0;
  private dropped = false;

  constructor(most: number) {
    this.most = Math.max(0, most);
  }

  /** True when bytes from the beginning are gone. */
  get truncated(): boolean {
    return this.dropped;
  }

  append(piece: Uint8Array): void {
    if (piece.length >= this.most) {
      this.dropped ||= this.length + piece.length > this.most;
      this.bytes = new Uint8Array(piece.subarray(piece.length - this.most));
      this.length = this.most;
      this.start = 0;
      return;
    }
    this.makeRoom(piece.length);
    const overflow = this.length + piece.length - this.bytes.length;
    if (overflow > 0) this.dropOldest(overflow);
    this.write(piece);
  }

  /** Bytes that are no UTF-8 become U+FFFD; half a character at a cut beginning is left out. */
  text(): string {
    const end = this.start + this.length;
    const head = Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    const whole =
      end <= this.bytes.length
        ? head.subarray(this.start, end)
        : Buffer.concat([head.subarray(this.start), head.subarray(0, end - this.bytes.length)]);
    return (this.dropped ? whole.subarray(halfCharacter(whole)) : whole).toString('utf8');
  }

  private makeRoom(more: number): void {
    const needed = Math.min(this.length + more, this.most);
    if (needed <= this.bytes.length) return;
    // Until the buffer has its full size nothing is dropped, so its content starts at 0.
    const grown = new Uint8Array(Math.min(this.most, Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  private dropOldest(count: number): void {
    this.start = (this.start + count) % this.bytes.length;
    this.length -= count;
    this.dropped = true;
  }

  private write(piece: Uint8Array): void {
    const at = (this.start + this.length) % this.bytes.length;
    const fits = Math.min(piece.length, this.bytes.length - at);
    this.bytes.set(piece.subarray(0, fits), at);
    if (fits < piece.length) this.bytes.set(piece.subarray(fits), 0);
    this.length += piece.length;
  }
}

const empty = new Uint8Array(0);

/** How many bytes at the beginning belong to a character whose first byte is gone: at most three. */
const halfCharacter = (bytes: Uint8Array): number => {
  let count = 0;
  while (count < 3 && ((bytes[count] ?? 0) & 0xc0) === 0x80) count++;
  return count;
};
