// A terminal that was closed while the program ran: its end is then that of its signal. Node would abort, for it can't put the
// settings of a terminal back that is not there any more.
import { isatty } from 'node:tty';

const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/** Ends the process at once if its terminal is gone; a shell sees 129 then, as it does for a polite end. */
export const endWithTerminal = (): void => {
  if (terminals.every((fd) => isatty(fd))) return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
};
