// Which words begin a command. Needed since a README mixes commands with what they print and with sentences; nothing else goes by it.

/** Programs whose second word must be one of these: with it a line in the middle of a sentence is a command beyond doubt. */
const verbs: Readonly<Record<string, string>> = {
  kubectl:
    'apply create delete get describe logs exec label annotate taint patch scale rollout wait config set expose run port-forward cluster-info replace cordon drain top edit cp version debug',
  helm: 'repo install upgrade uninstall delete list status pull template dependency',
  kind: 'create delete get load export build',
  minikube: 'start stop delete status addons image profile tunnel ssh node ip service kubectl config mount',
  containerlab: 'deploy destroy inspect graph exec save tools redeploy generate version config',
  docker:
    'run exec pull build compose network volume rm rmi stop start kill ps images image container cp load tag push login logs inspect restart buildx info save import system',
  podman: 'run exec pull build network volume rm stop start kill ps images image cp load logs inspect',
  cilium: 'install status config bgp upgrade uninstall hubble clustermesh connectivity version',
  git: 'clone checkout pull submodule switch fetch',
  k3d: 'cluster node image kubeconfig',
  netlab: 'up down create status initial connect collect restart test validate',
  vagrant: 'up destroy halt status ssh provision reload',
  terraform: 'init apply destroy plan',
  colima: 'start stop status delete ssh',
  multipass: 'launch delete list exec shell start stop',
  gobgp: 'global neighbor',
  calicoctl: 'apply create delete get patch node',
  argocd: 'app login repo cluster',
  systemctl: 'start stop restart enable disable status is-active daemon-reload',
  'docker-compose': 'up down build ps exec logs start stop pull',
  ip: 'link addr address route r a l netns rule neigh neighbour vrf tunnel -6 -4 -n -netns -all -br -j maddr',
  bridge: 'link fdb vlan vni mdb',
  apt: 'install update remove purge upgrade',
  'apt-get': 'install update remove purge upgrade',
  dnf: 'install remove',
  yum: 'install remove',
  pip: 'install',
  pip3: 'install',
  brew: 'install',
  make: '',
};

const others =
  'alias ansible ansible-galaxy ansible-playbook arp arping awk base64 bash bc bgpd birdc brctl bpftool cat cd chmod chown clear conntrack cp cut curl date dd df dig dmesg docker-machine du echo env ethtool eval exit export expect find flux free frr fping grep egrep groupadd go gnmic gunzip gzip head hey hostname hping3 htop hubble id ifconfig iperf iperf3 iptables iptables-save iptables-restore ip6tables jobs jq k3s k9s kill killall kubeadm kubectx kubens kustomize less ln ls lsmod lsof lxc md5sum mkdir modprobe more mount mtr mv nano nc ncat netstat nft nmap node npm nsenter nslookup ntpdate openssl ospfd ovs-vsctl ovs-ofctl pgrep ping ping6 pkill popd printf ps pushd pwd python python3 pytest read realpath redis-cli resolvectl ripd rm rmdir route rpm rsync scp screen sed seq service set sh sha256sum skopeo sleep snap snmpwalk sort source ss ssh ssh-copy-id ssh-keygen sshpass stat staticd su sudo sysctl systemd-run tail tar tc tcpdump tee telnet tennis test time timeout tmux touch traceroute traceroute6 tracepath tree true tshark ulimit umount uname unset unshare unzip useradd usermod vi vim virsh virt-install vppctl vtysh wait watch wc wg wget which whoami xargs xz yq zcat zebra';

/** The same program by another name. */
const aliases: Readonly<Record<string, string>> = { clab: 'containerlab', k: 'kubectl', oc: 'kubectl' };
export const programName = (word: string): string => aliases[word] ?? word;

const known = new Set([...Object.keys(verbs), ...Object.keys(aliases), ...others.split(' ')]);
export const isProgram = (word: string): boolean => known.has(word);

/** Everyday words as well: what follows has to look like arguments. */
const everyday = new Set(
  'make watch install test time find sort kill cut head which who date man more less service host mount read set source wait cat node screen expect true route id env stat'.split(
    ' ',
  ),
);

/** What stands before the program: sudo with its options, and variables for it alone. */
export const beforeProgram =
  /^(?:(?:sudo(?:\s+-[A-Za-z-]+)*|time|nohup|exec|[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"']*))\s+)*/;

const words = (text: string): readonly string[] =>
  text
    .slice(beforeProgram.exec(text)?.[0].length ?? 0)
    .trim()
    .split(/\s+/);

const isPath = (word: string): boolean =>
  /^(\.{1,2}|~)?\/[\w@%+.~/-]+$|^[\w./-]+\.(sh|bash|py|exp)$/.test(word) && !word.endsWith('/');

/** Beyond doubt a command, also within a sentence. */
export const isSurelyCommand = (text: string): boolean => {
  const [first = '', second = ''] = words(text.trim());
  const program = programName(first);
  if (/^\.{1,2}\/[\w./-]+$/.test(first) && !first.endsWith('/')) return true;
  if (/^(bash|sh|source)$/.test(first)) return isPath(second);
  if (program === 'make') return /^(|[a-z][\w-]*)$/.test(second) && words(text).length <= 2;
  if (/^ansible-playbook$/.test(program)) return /\.ya?ml/.test(text);
  if (/^(curl|wget)$/.test(program)) return /https?:\/\//.test(text);
  if (/^(ping|ssh|vtysh|traceroute|kubectx|kubens|sysctl|usermod|groupadd|modprobe|iperf3|tcpdump)$/.test(program))
    return second !== '' && isArgument(second);
  const after = second.startsWith('-')
    ? (words(text).find((word, at) => at > 0 && !word.startsWith('-')) ?? '')
    : second;
  const known = verbs[program]?.split(' ') ?? [];
  return known.some((verb) => verb !== '' && (verb === second || verb === after));
};

const isArgument = (word: string): boolean => /[-/.:=@0-9]/.test(word) || word === 'docker';

/** What programs print: tables, logs, answers of kubectl, JSON, and whatever is no line of a shell. */
const printed: readonly RegExp[] = [
  /^\S+(?: \S+)? {2,}\S+(?: \S+)*? {2,}\S/,
  /^\s*[|+{}[\]"'─│┌└├╭╰✔✓✅❌⚠🎉•*>]/u,
  /^(INFO|WARN|ERRO|DEBU|FATA|level=|time=|\d{1,2}:\d{2}:\d{2}|\d{4}-\d{2}-\d{2}|\[\d)/,
  /^\S+\/\S+ (created|configured|unchanged|deleted|condition met|labeled|annotated|patched|restarted|scaled)\b/,
  /\b(condition met|created|unchanged|configured)$/,
  /^[A-Za-z][\w ./()-]*:(\s|$)/,
  /^\d+(\.\d+){3}\b|^[0-9a-f]{12,}$|^[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/,
  /^(\d+ (bytes|packets)|PING |--- .* ---|rtt |NAME\s|Error|error:)/,
];
export const looksPrinted = (text: string): boolean => printed.some((shape) => shape.test(text));

const keywords = /^(for|while|until|if|case|function|select)\s|^([A-Za-z_]\w*\s*\(\)|\(\(?|\[\[?\s|\{\s)/;
const assignment = /^[A-Za-z_]\w*=/;

/** Whether a line without a prompt is the beginning of a command. `isStrict` where its neighbours were printed. */
export const beginsCommand = (
  text: string,
  { isShell, isStrict }: { isShell: boolean; isStrict: boolean },
): boolean => {
  const line = text.trim();
  if (keywords.test(line) || assignment.test(line)) return !isStrict || assignment.test(line) === false;
  const [first = '', second = ''] = words(line);
  if (isSurelyCommand(line)) return !isTable(line);
  if (isPath(first)) return !isTable(line) && !line.endsWith(':');
  if (isProgram(first))
    return (
      !isTable(line) && !(everyday.has(first) && isSentence(line, second)) && (!isStrict || !isSentence(line, second))
    );
  return isShell && !isStrict && /^[a-z][a-z0-9_.+-]*$/.test(first) && !looksPrinted(line) && !isSentence(line, second);
};

const isTable = (line: string): boolean => /^\S+ {2,}\S.* {2,}\S/.test(line) && !/\s(-{1,2}[a-z]|\\$)/.test(line);

/** Several plain words in a row, as people write and no program is called. */
const isSentence = (line: string, second: string): boolean =>
  /^[a-z]+$/.test(second) && /^(\S+ )?([A-Za-z']+,? ){3,}[A-Za-z']+[.:!]?$/.test(line) && !/[-/=$"|<>]/.test(line);
