// Whether the ends of sessions speak now. An end remembers a session with one that is gone until its hold time is over.
import type { StepContext } from '../../src/engine/step-type.ts';
import { type Neighbor, neighborsIn } from './readings.ts';
import { askJson, askNow, type VtyQuestion } from './vty.ts';

export interface End {
  readonly router: string;
  readonly vrf?: string | undefined;
}

const pauseMs = 100;

/**
 * Whether this end has sessions, and all of them are Established and heard of in time. One that is silent for too long is waited for: it
 * is heard again, or given up once its hold time is over. @throws StepError when bgpd does not answer.
 */
export const speaks = async (context: StepContext, { router, vrf }: End): Promise<boolean> => {
  const command = `show bgp ${vrf === undefined ? '' : `vrf ${vrf} `}neighbors json`;
  const question: VtyQuestion = { router, daemon: 'bgpd', command };
  let neighbors = neighborsIn(await askJson(context, question));
  while (neighbors.some(isSilent) && !context.signal.aborted) {
    await context.host.clock.sleep(pauseMs, context.signal);
    neighbors = neighborsIn(JSON.parse(await askNow(context, question)));
  }
  return neighbors.length > 0 && neighbors.every((each) => each.established && !isSilent(each));
};

/** FRR counts whole seconds, so this has been silent for a good interval, and less than two have passed while it is not. */
const isSilent = ({ established, lastReadMs, keepaliveMs }: Neighbor): boolean =>
  established && lastReadMs > keepaliveMs;
