// Commands that only look, talk or wait: they become checks, or need no step at all.
import type { Call } from '../read/call.ts';
import { absorbed, aside, slug } from './draft.ts';
import { has, operands, option } from './flags.ts';
import { checkOf, placeOf, type Rule } from './rule.ts';

const ping: Rule = (call) => {
  const target = operands(call.args, ['-c', '-i', '-I', '-W', '-w', '-s', '-M', '-t', '-Q', '-m']).at(-1) ?? '';
  const count = has(call.args, '-c') || call.args.some((arg) => /^-c\d/.test(arg)) ? [] : ['-c', '3'];
  const args = [...count, ...call.args];
  const ended = {
    ...call,
    args,
    argv: call.argv && [...call.wrap, call.program, ...args],
    text: call.text.replace(/\bping6?\b/, (word) => [word, ...count].join(' ')),
  };
  return checkOf(ended, slug(`ping ${target}${placeOf(call)}`), `${target} answers${placeOf(call)}`, {
    timeout: '30s',
    within: '30s',
  });
};

const curl: Rule = (call) => {
  const method = option(call.args, '-X', '--request');
  if ((method !== undefined && method !== 'GET') || has(call.args, '-d', '--data', '-F', '--form', '--data-binary'))
    return undefined;
  if (call.piped.some((each) => /\b(ba)?sh\b|tar\b|tee\b|gpg\b|apt-key\b/.test(each)) || call.writes !== undefined)
    return undefined;
  const url =
    operands(call.args, [
      '-H',
      '--header',
      '-u',
      '--user',
      '-m',
      '--max-time',
      '-o',
      '--output',
      '-w',
      '--write-out',
      '-X',
      '--connect-timeout',
      '--resolve',
      '--interface',
    ]).at(-1) ?? '';
  // Without it an answer such as 404 counts as well.
  const quiet =
    has(call.args, '-f', '--fail') || call.args.some((arg) => /^-[a-z]*f/.test(arg)) || call.argv === undefined
      ? call
      : { ...call, argv: [...call.wrap, 'curl', '--fail', ...call.args] };
  return checkOf(
    quiet,
    slug(`answer ${url.replace(/^\w+:\/\//, '')}${placeOf(call)}`),
    `${url} answers${placeOf(call)}`,
    { timeout: '30s', within: '30s' },
  );
};

/** FRR tells sessions as JSON; of everything else only that it answers can be told. */
const vtysh: Rule = (call) => {
  const commands = call.args.flatMap((arg, at) => (call.args[at - 1] === '-c' ? [arg] : []));
  if (commands.length === 0) return undefined;
  if (commands.some((each) => /^(conf|clear|write|copy|router|interface|no )/.test(each.trim()))) return undefined;
  const [first = ''] = commands;
  const name = `${first}${placeOf(call)}`;
  if (
    commands.length === 1 &&
    /^\s*sh\w*\s+(ip\s+)?bgp\s+(ipv4\s+(unicast\s+)?|ipv6\s+(unicast\s+)?|l2vpn evpn\s+)?su\w*\s*$/.test(first) &&
    call.argv !== undefined
  ) {
    const argv = call.argv.map((arg) => (arg === first ? `${first.trim()} json` : arg));
    // By address family, or the one that was asked for.
    const all =
      'exitCode == 0 && size(json) > 0 && (has(json.peers) ? size(json.peers) > 0 && values(json.peers).all(p, p.state == "Established") : values(json).all(f, !has(f.peers) || values(f.peers).all(p, p.state == "Established")) && values(json).exists(f, has(f.peers) && size(f.peers) > 0))';
    return checkOf({ ...call, argv }, slug(`bgp${placeOf(call)}`), `BGP sessions${placeOf(call)} are Established`, {
      expect: all,
      within: '2m',
    });
  }
  return checkOf(call, slug(name), name, {
    within: '30s',
    expect: 'exitCode == 0 && !stdout.contains("Unknown command")',
  });
};

const endless: Rule = (call) => aside(`${call.program} goes on until it is stopped, in a terminal of its own`);

const watched: Rule = (call) =>
  aside(
    `repeats a look until it is stopped: ${operands(call.args, ['-n', '--interval', '-d']).join(' ')}; give that as a check`,
  );

const tcpdump: Rule = (call) => {
  if (!has(call.args, '-c') && !call.args.some((arg) => /^-c\d/.test(arg)))
    return aside('listens until it is stopped; npx lab run trace, or a step of your own, counts packets');
  return checkOf(call, slug(`packets${placeOf(call)}`), `Packets are seen${placeOf(call)}`, { timeout: '1m' });
};

const iperf: Rule = (call) => {
  if (has(call.args, '-s', '--server') || call.args.some((arg) => /^-[a-zA-Z]*s[a-zA-Z]*$/.test(arg)))
    return has(call.args, '-D', '--daemon') ? undefined : aside('serves until it is stopped, in a terminal of its own');
  return checkOf(
    call,
    slug(`throughput ${option(call.args, '-c', '--client') ?? ''}${placeOf(call)}`),
    `Throughput to ${option(call.args, '-c', '--client') ?? ''}${placeOf(call)}`,
    { timeout: '2m' },
  );
};

/** Only the words; what they name in front of a command is its title. */
const talks: Rule = (call) =>
  call.writes === undefined && call.piped.length === 0 ? absorbed('it only talks') : undefined;

const plainLook: Rule = (call) =>
  checkOf(
    call,
    slug(`${call.program} ${operands(call.args).join(' ')}${placeOf(call)}`),
    `${call.program} ${call.args.join(' ')}${placeOf(call)}`,
  );
const slowLook: Rule = (call) =>
  checkOf(
    call,
    slug(`${call.program} ${operands(call.args).at(-1) ?? ''}${placeOf(call)}`),
    `${call.program} ${call.args.join(' ')}${placeOf(call)}`,
    { timeout: '2m' },
  );
/** Looks that a person does before going on; they prove nothing by themselves. */
const glance: Rule = (call) =>
  call.wrap.length === 0 && call.piped.length === 0 && call.writes === undefined
    ? absorbed('a look on the way, which proves nothing')
    : plainLook(call, {} as never);

const device: Rule = (call) => {
  const [, verb = ''] =
    /(?:^|\s)(show|info|display|enter|set|delete|commit|configure|tools)\b/.exec(
      [call.program, ...call.args].join(' '),
    ) ?? [];
  if (call.args.length === 0 && call.stdin === undefined) return undefined;
  if (/^(show|info|display)$/.test(verb))
    return checkOf(
      call,
      slug(`${call.args.join(' ').replaceAll(/["']/g, '')}${placeOf(call)}`),
      `${call.args.join(' ')}${placeOf(call)}`,
      { within: '30s' },
    );
  return undefined;
};

const opens =
  (why: string): Rule =>
  () =>
    aside(why);

export const lookRules: Readonly<Record<string, Rule>> = {
  ...{
    ping,
    ping6: ping,
    curl,
    vtysh,
    tcpdump,
    tshark: tcpdump,
    iperf,
    iperf3: iperf,
    watch: watched,
    sr_cli: device,
    cli: device,
    Cli: device,
    gnmic: plainLook,
  },
  ...Object.fromEntries(['traceroute', 'traceroute6', 'tracepath', 'mtr'].map((name) => [name, slowLook])),
  ...Object.fromEntries(
    [
      'dig',
      'nslookup',
      'host',
      'arping',
      'nc',
      'ncat',
      'grep',
      'egrep',
      'ss',
      'netstat',
      'route',
      'arp',
      'ifconfig',
      'brctl',
      'ethtool',
      'conntrack',
      'lsmod',
      'birdc',
      'redis-cli',
      'snmpwalk',
      'iptables-save',
      'bpftool',
      'calicoctl',
      'gobgp',
      'nmap',
      'test',
      '[',
      'pgrep',
      'jq',
      'hubble',
      'argocd',
    ].map((name) => [name, plainLook]),
  ),
  ...Object.fromEntries(
    [
      'ls',
      'cat',
      'pwd',
      'tree',
      'df',
      'du',
      'free',
      'uname',
      'whoami',
      'id',
      'which',
      'date',
      'env',
      'head',
      'tail',
      'wc',
      'less',
      'more',
      'lsof',
      'ps',
      'hostname',
      'history',
      'groups',
      'stat',
      'file',
    ].map((name) => [name, glance]),
  ),
  ...Object.fromEntries(
    [
      'echo',
      'printf',
      'clear',
      'set',
      'shopt',
      'trap',
      'exit',
      'return',
      'true',
      ':',
      'unset',
      'alias',
      'local',
      'declare',
      'shift',
      'popd',
      'pushd',
      'jobs',
      'tput',
      'figlet',
    ].map((name) => [name, talks]),
  ),
  ...Object.fromEntries(['top', 'htop', 'k9s', 'vi', 'vim', 'nano', 'screen', 'tmux'].map((name) => [name, endless])),
  ...{
    code: opens('opens an editor'),
    open: opens('opens a page; npx lab ui shows the lab'),
    'xdg-open': opens('opens a page'),
    newgrp: opens('changes the terminal it is typed in'),
    exec: opens('takes the place of the shell'),
    su: opens('opens a terminal of another user'),
  },
};

export const sleeps = (call: Call): number | undefined => {
  if (call.program !== 'sleep') return undefined;
  const [, count = '0', unit = 's'] = /^([\d.]+)([smh]?)$/.exec(call.args[0] ?? '') ?? [];
  return Number(count) * ({ m: 60, h: 3600 }[unit] ?? 1);
};
