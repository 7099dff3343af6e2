// What takes differences away: a command for each tool, with a batch as its input. Pure.
import type { Difference, Tool } from './differences.ts';

const programs: Readonly<Record<Tool, readonly string[]>> = {
  ip: ['ip', '-force', '-batch', '-'],
  ip6: ['ip', '-6', '-force', '-batch', '-'],
  tc: ['tc', '-force', '-batch', '-'],
  'iptables-restore': ['iptables-restore'],
  'ip6tables-restore': ['ip6tables-restore'],
};

/** To be run in the namespace, in this order. */
export const commandsFor = (
  all: readonly Difference[],
): readonly { readonly argv: readonly string[]; readonly stdin: string }[] =>
  Object.entries(programs).flatMap(([tool, argv]) => {
    const texts = all.flatMap(({ cures }) => cures.filter((each) => each.tool === tool).map(({ text }) => text));
    return texts.length === 0 ? [] : [{ argv, stdin: `${texts.join('\n')}\n` }];
  });
