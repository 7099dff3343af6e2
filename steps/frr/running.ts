// What a FRRouting daemon goes by, against its file: `show running-config` as it was once the file had been read, and as it is now.
import { type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { folderOf, fromHost, needCapsule } from '../netns/capsule-entry.ts';
import { ask, askNow, type VtyQuestion } from './vty.ts';

export type DaemonName = 'zebra' | 'bgpd';

/** Lines that are no configuration, or change nothing that a router does; settings of the kernel have a check of their own. */
const idle =
  /^(!|end$|exit|Building configuration|Current configuration|frr version|service |debug |log |no (ip|ipv6) forwarding|netns )/;

/** Each line with the block it stands in; of the order nothing depends. */
export const linesIn = (text: string): ReadonlySet<string> => {
  const lines = new Set<string>();
  const blocks: { indent: number; line: string }[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || idle.test(line)) continue;
    const indent = raw.length - raw.trimStart().length;
    while ((blocks.at(-1)?.indent ?? -1) >= indent) blocks.pop();
    blocks.push({ indent, line });
    lines.add(blocks.map((block) => block.line).join(' / '));
  }
  return lines;
};

/** Lines of a file that a daemon does not go by. What it would work out by itself it does not show. */
export const missingIn = (file: string, running: string): readonly string[] => {
  const there = linesIn(running);
  return [...linesIn(file)].filter((line) => !there.has(line) && !isDerived(line));
};

/** A distinguisher of a VNI: one that happens to be the daemon's own is not shown, and any will do that no other router has. */
const isDerived = (line: string): boolean => {
  const [, as, vni, word, value] =
    /^router bgp (\d+) \/ address-family l2vpn evpn \/ vni (\d+) \/ (rd|route-target \w+) (\S+)$/.exec(line) ?? [];
  return word === 'rd' || (word !== undefined && value === `${as}:${vni}`);
};

const question = (router: string, daemon: DaemonName): VtyQuestion => ({
  router,
  daemon,
  command: 'show running-config',
  enabled: true,
});

const keptAt = (router: string, daemon: DaemonName): string => `${folderOf(router)}/${daemon}.running`;

/** Keeps what a daemon that has just read its file goes by; resolves with the lines of the file it does not go by. @throws StepError when it does not answer. */
export const keepRunning = async (
  context: StepContext,
  { router, daemon }: { readonly router: string; readonly daemon: DaemonName },
): Promise<readonly string[]> => {
  const pid = await needCapsule(context);
  const running = await askNow(context, question(router, daemon));
  const file = (await context.host.readFile(fromHost(pid, `${folderOf(router)}/${daemon}.conf`))) ?? '';
  await context.host.writeFile(fromHost(pid, keptAt(router, daemon)), running);
  return missingIn(file, running);
};

/** Forgets it, before the daemon is started anew. */
export const forgetRunning = async (context: StepContext, router: string, daemon: DaemonName): Promise<void> =>
  context.host.removeFile(fromHost(await needCapsule(context), keptAt(router, daemon)));

/** Whether a daemon that runs answers, and still goes by what it read. */
export const runningSeen = async (
  context: StepContext,
  { router, daemon, fresh }: { readonly router: string; readonly daemon: DaemonName; readonly fresh?: boolean },
): Promise<Seen> => {
  const pid = await needCapsule(context);
  const kept = await context.host.readFile(fromHost(pid, keptAt(router, daemon)));
  if (kept === undefined) return { holds: false, saw: `what ${daemon} read of its configuration is not known` };
  try {
    const running = await (fresh ? askNow : ask)(context, question(router, daemon));
    const [missing] = without(linesIn(kept), linesIn(running));
    if (missing !== undefined) return { holds: false, saw: `${daemon} does not go by "${missing}" any more` };
    const [extra] = without(linesIn(running), linesIn(kept));
    if (extra !== undefined) return { holds: false, saw: `${daemon} goes by "${extra}", which its file does not say` };
    return { holds: true, saw: `${daemon} goes by its file` };
  } catch (error) {
    if (error instanceof StepError) return { holds: false, saw: error.message };
    throw error;
  }
};

const without = (all: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] =>
  [...all].filter((line) => !others.has(line));
