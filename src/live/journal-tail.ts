// Reads what a journal gains, also while another process writes it, cuts off a torn end or is killed. Never writes.
import { open } from 'node:fs/promises';
import type { RunEvent } from '../core/event.ts';
import { decodeLine } from '../store/journal-line.ts';

export interface Gained {
  readonly events: readonly RunEvent[];
  /** What was read before no longer stands: begin anew with these events. */
  readonly anew: boolean;
}

export class JournalTail {
  private readonly file: string;
  /** Behind the last line that counts; a torn end behind it is read again until it is whole or gone. */
  private offset = 0;
  private seq = 0;

  constructor(file: string) {
    this.file = file;
  }

  async read(): Promise<Gained> {
    const bytes = await this.bytesFrom(this.offset);
    if (bytes === 'shorter') {
      this.offset = 0;
      this.seq = 0;
      return { ...(await this.read()), anew: true };
    }
    return { events: this.take(bytes), anew: false };
  }

  private take(bytes: Buffer): RunEvent[] {
    const events: RunEvent[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      const decoded = decodeLine(bytes.subarray(start, end));
      const event = decoded.ok ? (decoded.event as unknown as RunEvent) : undefined;
      // A line that does not count may be a torn one that the next sitting replaces: it is looked at again.
      if (event?.seq !== this.seq + 1) break;
      events.push(event);
      this.seq = event.seq;
      start = end + 1;
    }
    this.offset += start;
    return events;
  }

  private async bytesFrom(offset: number): Promise<Buffer | 'shorter'> {
    const handle = await open(this.file, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!handle) return offset === 0 ? Buffer.alloc(0) : 'shorter';
    try {
      const { size } = await handle.stat();
      if (size < offset) return 'shorter';
      const bytes = Buffer.alloc(size - offset);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}
