// A fact that nobody waits for, such as what is seen meanwhile.
import type { EventBody } from '../core/event.ts';
import type { Engine } from './engine.ts';

export const tell = (engine: Engine, body: EventBody): void => {
  engine.emit(body).catch(() => {
    // The recorder keeps a broken journal's error and stops the run; whoever waits for a fact gets it.
  });
};
