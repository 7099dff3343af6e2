// `lab ui`: the page of the newest run, served live on this host while it lasts. It reads; what it starts are commands of their own.
import { Desk } from '../../live/desk.ts';
import { type PageServer, servePage } from '../../live/server.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import type { CommonOptions } from '../../project/options.ts';
import { openContext } from '../../session/context.ts';
import { print } from '../../session/print.ts';

export interface UiOptions extends CommonOptions {
  readonly port?: string;
}

export const uiCommand = async (options: UiOptions): Promise<number> => {
  const context = await openContext(options);
  const desk = new Desk(context, options);
  const server = await serve(desk, portOf(options));
  print(
    `The page is at ${server.access.link}\nThe link works once; Enter gives a new one, Ctrl-C ends the page and no run.`,
  );
  const ended = untilEnd();
  const renew = (): void => print(server.access.renew());
  if (process.stdin.isTTY) process.stdin.on('data', renew);
  try {
    await desk.keepUp(ended.signal);
  } finally {
    if (process.stdin.isTTY) process.stdin.off('data', renew).pause();
    desk.dispose();
    await server.close();
  }
  return exitCode.ok;
};

const portOf = ({ port = '0' }: UiOptions): number => {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw new CliError(exitCode.usage, `--port ${port}: expected a number up to 65535.`);
  return Number(port);
};

const serve = async (desk: Desk, port: number): Promise<PageServer> => {
  try {
    return await servePage(desk, port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new CliError(
      exitCode.usage,
      `Port ${port} can't be had: ${message}. Without --port a free one is taken.`,
      error,
    );
  }
};

const untilEnd = (): AbortController => {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => controller.abort());
  return controller;
};
