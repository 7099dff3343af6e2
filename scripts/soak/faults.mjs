// Every single thing that a step of the embedded lab sets, and a way to damage just that: worked out from the files the steps left in
// the capsule. Each fault has the step that owns it, the kind it stands for, and a script that runs anywhere in the capsule.

/** One exec prints all files of the capsule that a step goes by: `@ DEVICE FILE`, then the text. */
export const listing =
  'cd /run/lab; for d in */; do d=${d%/}; for f in ip.batch sysctl.conf zebra.conf bgpd.conf nat.rules nginx.conf; do ' +
  'if [ -e "$d/$f" ]; then echo "@ $d $f"; cat "$d/$f"; fi; done; done';

/** Texts by device and file. */
export const filesIn = (text) => {
  const files = new Map();
  for (const part of text.split(/^@ /m).slice(1)) {
    const end = part.indexOf('\n');
    const [device, file] = part.slice(0, end).split(' ');
    files.set(device, { ...files.get(device), [file]: part.slice(end + 1) });
  }
  return files;
};

const linesOf = (text = '') => text.split('\n').filter((line) => line.trim() !== '');

const roleOf = (name, files) => {
  if (name.endsWith('-vrf')) return 'tenant';
  if (files['nat.rules']) return 'node';
  if (files['nginx.conf']) return 'pod';
  if (files['zebra.conf']) return /router bgp \d+ vrf/.test(files['bgpd.conf']) ? 'leaf' : 'spine';
  return name === 'mgmt' ? 'mgmt' : 'client';
};

/** The step that owns what is in this namespace. */
const ownerOf = (name, role) => {
  if (role === 'mgmt') return 'mgmt';
  return role === 'tenant' ? `leaf[${name.replace(/-vrf$/, '')}]` : `${role}[${name}]`;
};

/** Every fault of every namespace, by namespace. */
export const faultsOf = (files) => new Map([...files].map(([name, texts]) => [name, faultsIn(name, texts)]));

const faultsIn = (name, texts) => {
  const role = roleOf(name, texts);
  const owner = ownerOf(name, role);
  const inside = (script) => `nsenter --net=/run/netns/${name} sh -ec '${script}'`;
  const fault = (kind, script, by = owner) => ({
    kind,
    place: name,
    role,
    owner: by,
    script,
    what: `${name}: ${script}`,
  });
  const within = (kind, script, by) => ({ ...fault(kind, inside(script), by), what: `${name}: ${script}` });
  const folder = `/run/lab/${name}`;
  return [
    ...linesOf(texts['ip.batch']).flatMap((line) => batchFaults(line, within)),
    ...linesOf(texts['sysctl.conf']).map((line) => {
      const [key, value] = line.split(' = ');
      return within(
        `setting ${key.replace(/\.conf\.[^.]+\./, '.conf.*.')}`,
        `sysctl -q -w ${key}=${value === '0' ? 1 : 0}`,
      );
    }),
    ...extras(texts, within),
    ...['ip.batch', 'sysctl.conf', 'zebra.conf', 'bgpd.conf', 'nat.rules', 'nginx.conf']
      .filter((file) => file in texts)
      .map((file) => fault(`file ${file}`, `rm ${folder}/${file}`, file === 'nat.rules' ? `service[${name}]` : owner)),
    ...daemonFaults(name, texts, fault),
    ...['zebra', 'bgpd'].flatMap((daemon) => lineFaults(daemon, name, texts[`${daemon}.conf`], fault)),
    ...natFaults(texts['nat.rules'], (kind, script) => within(kind, script, `service[${name}]`)),
  ];
};

const batchFaults = (line, within) => {
  const [object, verb, ...words] = line.trim().split(/\s+/);
  const found = {
    'link set': setFaults,
    'link add': madeFaults,
    'addr replace': addressFaults,
    'route replace': routeFaults,
  };
  return (found[`${object} ${verb}`]?.(words, line) ?? []).map(([kind, script]) => within(kind, script));
};

const after = (words, word) => words[words.indexOf(word) + 1];

const setFaults = (words) => {
  const [name] = words;
  const up = words.includes('up');
  const flag = (each) => [
    `port ${each}`,
    `ip link set ${name} type bridge_slave ${each} ${after(words, each) === 'on' ? 'off' : 'on'}`,
  ];
  return [
    ...(up ? [['link down', `ip link set ${name} down`]] : []),
    ...(words.includes('address') ? [['MAC', `ip link set ${name} address 02:00:00:00:00:99`]] : []),
    ...(words.includes('mtu') ? [['MTU', `ip link set ${name} mtu 1280`]] : []),
    ...(words.includes('master') ? [['port taken out', `ip link set ${name} nomaster`]] : []),
    ...(words.includes('bridge_slave') ? [flag('neigh_suppress'), flag('learning')] : []),
    ...(up && name !== 'lo'
      ? [
          ['no ARP', `ip link set ${name} arp off`],
          ['no multicast', `ip link set ${name} multicast off`],
          ['queue', `tc qdisc add dev ${name} root pfifo limit 1`],
          ['queue at the entry', `tc qdisc add dev ${name} clsact`],
        ]
      : []),
  ];
};

const madeFaults = (words, line) => {
  const [name] = words;
  if (words.includes('bridge'))
    return [
      ['bridge', `ip link del ${name}`],
      ['MAC', `ip link set ${name} address 02:00:00:00:00:99`],
      ...['stp_state', 'mcast_snooping', 'vlan_filtering'].map((option) => [
        'bridge option',
        `ip link set ${name} type bridge ${option} 1`,
      ]),
    ];
  if (!words.includes('vxlan')) return [];
  const away = `nsenter --net=/run/netns/${after(words, 'netns')} `;
  return [
    ['tunnel', `${away}ip link del ${name}`],
    ['MTU', `${away}ip link set ${name} mtu 1280`],
    ['tunnel with another number', `${away}ip link del ${name}; ip ${line.replace(/ id \d+/, ' id 99')}`],
  ];
};

const addressFaults = ([address, , device]) => {
  const [host, length] = address.split('/');
  const connected = `$(ip route show dev ${device} proto kernel | cut -d" " -f1 | head -1)`;
  return [
    ['address', `ip addr del ${address} dev ${device}`],
    ...(host.includes(':')
      ? []
      : [
          ['address too many', `ip addr add 10.99.0.1/24 dev ${device}`],
          ['local route', `ip route del local ${host} dev ${device} table local`],
        ]),
    ...(length < 32 ? [['connected route', `ip route del ${connected} dev ${device}`]] : []),
  ];
};

const routeFaults = ([to]) => [
  ['route', `ip route del ${to}`],
  ['route to elsewhere', `ip route replace ${to} dev lo`],
];

/** What is too many in a namespace. */
const extras = (texts, within) => {
  const batch = linesOf(texts['ip.batch']);
  const ups = batch
    .flatMap((line) => /^link set (\S+) (?:.* )?up/.exec(line)?.[1] ?? [])
    .filter((name) => name !== 'lo');
  const device = ups[0];
  const routes = batch.flatMap((line) => /^route replace (\S+) via (\S+)/.exec(line)?.[2] ?? []);
  return [
    within('route too many', 'ip route add blackhole 198.51.100.0/24'),
    within('route too many in a table', `ip route add 198.51.100.0/24 dev lo table 77`),
    within('rule too many', 'ip rule add pref 100 to 198.51.100.0/24 prohibit'),
    within('rule', 'ip rule del pref 32766'),
    within('filter', 'iptables -I INPUT -p tcp -m statistic --mode random --probability 0.3 -j DROP'),
    within('filter', 'iptables -I FORWARD -j DROP'),
    within('filter policy', 'iptables -P OUTPUT DROP'),
    within('filter', 'iptables -t mangle -I PREROUTING -j DROP'),
    ...routes
      .slice(0, 1)
      .map((via) => within('neighbor', `ip neigh replace ${via} lladdr 02:00:00:00:00:99 dev ${device} nud permanent`)),
    ...(texts['zebra.conf']
      ? [
          within('link-local address', `ip -6 addr flush dev ${device} scope link`),
          within('link-local route', `ip -6 route del fe80::/64 dev ${device}`),
          within('filter of IPv6', 'ip6tables -I INPUT -j DROP'),
          within('rule too many of IPv6', 'ip -6 rule add pref 100 prohibit to 2001:db8::/32'),
        ]
      : []),
  ];
};

const daemonFaults = (name, texts, fault) => {
  const folder = `/run/lab/${name}`;
  const daemons = ['zebra', 'bgpd'].filter((daemon) => `${daemon}.conf` in texts);
  const servers = 'nginx.conf' in texts ? ['nginx'] : [];
  return [
    ...[...daemons, ...servers].flatMap((daemon) => [
      fault(`${daemon} stopped`, `kill -STOP "$(cat ${folder}/${daemon}.pid)"`),
      fault(`${daemon} killed`, `kill -KILL "$(cat ${folder}/${daemon}.pid)"`),
      fault(`file ${daemon}.pid`, `rm ${folder}/${daemon}.pid`),
      fault(`file ${daemon}.conf changed`, `echo "# changed" >>${folder}/${daemon}.conf`),
    ]),
    ...daemons.flatMap((daemon) => [
      fault(`file ${daemon}.vty`, `rm ${folder}/${daemon}.vty`),
      fault(`file ${daemon}.running`, `rm ${folder}/${daemon}.running`),
    ]),
    ...(daemons.includes('zebra') ? [fault('file zserv.api', `rm ${folder}/zserv.api`)] : []),
    ...(daemons.length + servers.length > 0
      ? [fault('folder', `find ${folder} -mindepth 1 -not -name nat.rules -delete 2>/dev/null || true`)]
      : []),
  ];
};

/** Each line of a configuration taken out of what a daemon goes by. What changes nothing is told by its script's exit code. */
const lineFaults = (daemon, name, text, fault) => {
  const blocks = [];
  const found = [];
  const folder = `/run/lab/${name}`;
  const ask = `vtysh --vty_socket ${folder} -d ${daemon}`;
  const shown = `${ask} -c "show running-config" | sort | md5sum`;
  const attempt = (kind, commands, what) => {
    const argv = ['configure terminal', ...commands].map((each) => `-c "${each}"`).join(' ');
    const script = `before=$(${shown}); ${ask} ${argv} >/dev/null 2>&1 || true; [ "$before" != "$(${shown})" ]`;
    found.push({ ...fault(kind, script), what: `${name}: ${what}` });
  };
  for (const raw of linesOf(text)) {
    const line = raw.trim();
    const indent = raw.length - raw.trimStart().length;
    if (/^(exit|hostname|frr defaults)/.test(line)) continue;
    while ((blocks.at(-1)?.indent ?? -1) >= indent) blocks.pop();
    const around = blocks.map((block) => block.line);
    blocks.push({ indent, line });
    const no = line.startsWith('no ') ? line.slice(3) : `no ${line}`;
    attempt(`${daemon} without a line`, [...around, no], `${daemon} "${[...around, no].join(' / ')}"`);
    if (/^neighbor \S+ (interface|peer-group \S|remote-as)/.test(line) && around.length === 1) {
      const shut = `neighbor ${line.split(' ')[1]} shutdown`;
      attempt(`${daemon} neighbor shut down`, [...around, shut], `${daemon} "${shut}"`);
    }
    if (/^router bgp/.test(line))
      attempt(
        `${daemon} with a line too many`,
        [line, 'bgp bestpath med confed'],
        `${daemon} "bgp bestpath med confed"`,
      );
  }
  return found;
};

const natFaults = (text, within) => {
  const rules = linesOf(text).filter((line) => line.startsWith('-A'));
  return [
    ...rules.map((rule) => {
      const number = rules
        .slice(0, rules.indexOf(rule) + 1)
        .filter((each) => each.split(' ')[1] === rule.split(' ')[1]).length;
      return within('NAT rule', `iptables -t nat -D ${rule.split(' ')[1]} ${number}`);
    }),
    ...(rules.length > 0
      ? [
          within('NAT rule too many', 'iptables -t nat -I PREROUTING -p tcp --dport 80 -j RETURN'),
          within('NAT rule too many', 'iptables -t nat -I POSTROUTING -j MASQUERADE'),
          within('NAT table', 'iptables -t nat -F'),
        ]
      : []),
  ];
};

const byRole = (faults) => {
  const places = new Map();
  for (const [place, [first]] of faults) places.set(first.role, [...(places.get(first.role) ?? []), place]);
  return [...places.values()];
};

/** The faults of one role shared out over its namespaces, so that each is done about once somewhere. */
export const sharedOut = (faults) =>
  byRole(faults).flatMap((places) =>
    places.flatMap((place, own) => faults.get(place).filter((_, at) => at % places.length === own)),
  );

/** One fault of each kind for each role, the kinds shared out over its namespaces. */
export const oneOfEach = (faults) =>
  byRole(faults).flatMap((places) => {
    const kinds = [...new Set(places.flatMap((place) => faults.get(place).map(({ kind }) => kind)))];
    return kinds.map((kind, at) => {
      const turn = [...places.slice(at % places.length), ...places.slice(0, at % places.length)];
      return turn.flatMap((place) => faults.get(place).filter((each) => each.kind === kind))[0];
    });
  });
