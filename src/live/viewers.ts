// The browsers that look on. Each is told at its own pace: what changed while one was slow is told once, as it stands then.
import type { ServerResponse } from 'node:http';

/** Makes the messages for a viewer from what it has not been told. */
export type Tell = (news: News) => readonly Message[];

export interface Message {
  readonly event: string;
  readonly data: unknown;
}

export class News {
  /** Everything is to be drawn anew. */
  all = true;
  readonly rows = new Set<string>();
  readonly elements = new Set<number>();
  head = false;
  logs = false;
  actions = true;
  /** Numbers of the last pieces told. */
  tail = 0;
  output = 0;
}

interface Viewer {
  readonly response: ServerResponse;
  readonly news: News;
}

export class Viewers {
  private readonly viewers = new Set<Viewer>();

  get count(): number {
    return this.viewers.size;
  }

  add(response: ServerResponse): void {
    const viewer = { response, news: new News() };
    this.viewers.add(viewer);
    response.on('close', () => this.viewers.delete(viewer));
    response.on('error', () => this.viewers.delete(viewer));
  }

  note(change: (news: News) => void): void {
    for (const { news } of this.viewers) change(news);
  }

  /** Tells those who have read what they were told before. */
  tell(tell: Tell): void {
    for (const { response, news } of this.viewers) {
      if (response.writableNeedDrain) continue;
      for (const { event, data } of tell(news)) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  /** So that nobody in between takes the silence for the end. */
  breathe(): void {
    for (const { response } of this.viewers) if (!response.writableNeedDrain) response.write(':\n\n');
  }

  end(): void {
    for (const { response } of this.viewers) response.end();
  }
}
