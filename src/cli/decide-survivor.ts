// A process of an earlier attempt still runs: the person decides, or waiting is the careful answer.
import { askChoice, canAsk } from './ask.ts';

export const decideSurvivor = async (
  policy: 'ask' | 'wait' | 'end',
  { address, pid, command }: { readonly address: string; readonly pid: number; readonly command: string },
): Promise<'wait' | 'end'> => {
  if (policy !== 'ask') return policy;
  if (!canAsk()) return 'wait';
  return askChoice(
    `Step ${address} is still running from before, as pid ${pid}: ${command}\nWait for it, or end it and start anew?`,
    ['wait', 'end'],
  );
};
