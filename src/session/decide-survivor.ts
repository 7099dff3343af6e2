// A process of an earlier attempt still runs: the person decides, or waiting is the careful answer.
import type { Engine } from '../engine/engine.ts';
import { askChoice, canAsk } from './ask.ts';

export const decideSurvivor = async (
  policy: 'ask' | 'wait' | 'end',
  { address, pid, command, undo }: Parameters<Engine['survivor']>[0],
): Promise<'wait' | 'end'> => {
  if (policy !== 'ask') return policy;
  if (!canAsk()) return 'wait';
  const what = undo ? `The undo of ${address}` : `Step ${address}`;
  return askChoice(
    `${what} is still running from before, as pid ${pid}: ${command}\nWait for it, or end it and go on?`,
    ['wait', 'end'],
  );
};
