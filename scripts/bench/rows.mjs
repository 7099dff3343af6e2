// How a measurement is told: what, the figure, the goal, and whether it is met.
import { time } from './measure.mjs';

export const node = () => ({ argv: [process.execPath, '-e', '0'] });
export const ms = (seconds) => `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)} ms`;

/** Small ratios as the goals have them: one to so many. */
export const times = (ratio) => (ratio < 0.5 ? `1/${(1 / ratio).toFixed(1)}` : `${ratio.toFixed(2)} x`);

/** By ratio: the goal is met when the wall time or, on a machine that others use, the CPU time is within it. */
export const ratioRow = (id, what, measured, goal, than) => ({
  id,
  what,
  figure: `${times(measured.wall)} (CPU ${times(measured.cpu)})`,
  detail: `${ms(measured.a.wall)} against ${ms(measured.b.wall)} for ${than}; CPU ${ms(measured.a.cpu)} against ${ms(measured.b.cpu)}`,
  ...(goal !== undefined && { goal: `<= ${times(goal)}`, met: Math.min(measured.wall, measured.cpu) <= goal }),
});

export const skipped = (id, what, detail) => ({ id, what, figure: 'skipped', detail });

/** Known as it is after any earlier run. */
export const prepared = async (lab) => {
  await time(lab.known);
  return lab;
};
