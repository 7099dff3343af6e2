// Whether this host has what a variant requires, everything asked at once; each missing thing with what to do.
import type { VariantFile } from '../core/workflow.ts';
import type { Host } from '../engine/ports.ts';
import { query } from '../host/query.ts';
import { satisfies, versionIn } from './version.ts';

export interface Requirement {
  readonly what: string;
  /** `installable`: a workflow of the variant brings it, given consent. */
  readonly state: 'met' | 'missing' | 'installable';
  readonly saw: string;
  readonly remedy?: string;
  /** The Debian package that brings a tool. */
  readonly package?: string;
}

type Requires = NonNullable<VariantFile['requires']>;
type Tool = NonNullable<Requires['tools']>[number];

/** Everything a variant requires, met or not. Looks only. */
export const checkRequirements = async (
  requires: VariantFile['requires'],
  host: Host,
): Promise<readonly Requirement[]> => {
  if (!requires) return [];
  const found = await Promise.all([
    ...(requires.platform ? [checkPlatform(requires.platform)] : []),
    ...(requires.privilege ? [checkPrivilege(requires.privilege, host)] : []),
    ...(requires.tools ?? []).map((tool) => checkTool(tool, host)),
    ...(requires.kernel ? [kernelFeatures(requires.kernel, host)] : []),
    ...(requires.memory === undefined ? [] : [checkMemory(requires.memory, host)]),
    ...(requires.cpus === undefined ? [] : [checkCpus(requires.cpus, host)]),
    ...(requires.cpuFlags ?? []).map((flag) => checkCpuFlag(flag, host)),
    ...Object.entries(requires.sysctl ?? {}).map(([name, least]) => checkSysctl(name, least, host)),
  ]);
  return found.flat();
};

const checkPlatform = async (platforms: readonly string[]): Promise<Requirement> => {
  const met = platforms.includes(process.platform);
  return {
    what: `operating system ${platforms.join(' or ')}`,
    state: met ? 'met' : 'missing',
    saw: process.platform,
    ...(!met && { remedy: `run it on ${platforms.join(' or ')}, for example in a virtual machine` }),
  };
};

const checkPrivilege = async (privilege: 'none' | 'root' | 'root-or-userns', host: Host): Promise<Requirement> => {
  if (privilege === 'none' || host.uid === 0)
    return { what: 'privileges', state: 'met', saw: host.uid === 0 ? 'root' : 'none needed' };
  if (privilege === 'root')
    return { what: 'privileges', state: 'missing', saw: `user ${host.uid}`, remedy: 'run it as root (sudo)' };
  const result = await host.command({
    argv: ['unshare', '--user', '--map-root-user', '--net', '--mount', 'true'],
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: '/',
    timeoutMs: 5000,
  });
  const met = result.exitCode === 0;
  return {
    what: 'root, or user namespaces',
    state: met ? 'met' : 'missing',
    saw: met ? 'user namespaces' : `user ${host.uid}, and ${result.stderr.trim() || 'no user namespaces'}`,
    ...(!met && {
      remedy:
        'run it as root (sudo), or allow user namespaces: sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns',
    }),
  };
};

const checkTool = async (tool: Tool, host: Host): Promise<Requirement> => {
  const what = tool.version === undefined ? tool.tool : `${tool.tool} ${tool.version}`;
  const path = await findTool(tool.tool, host);
  const remedy =
    tool.install ?? (tool.package === undefined ? `install ${tool.tool}` : `apt-get install ${tool.package}`);
  if (path === undefined) return missingTool(tool, what, remedy, host);
  const from = tool.package === undefined ? {} : { package: tool.package };
  if (tool.version === undefined) return { what, state: 'met', saw: path, ...from };
  const answer = await query([path, ...(tool.versionFrom ?? ['--version'])], { timeoutMs: 10_000 });
  const version = versionIn(`${answer.stdout}\n${answer.stderr}`);
  if (version === undefined) return { what, state: 'missing', saw: `${path}, whose version can't be read`, remedy };
  return satisfies(version, tool.version)
    ? { what, state: 'met', saw: version }
    : { what, state: 'missing', saw: version, remedy };
};

const missingTool = async (tool: Tool, what: string, remedy: string, host: Host): Promise<Requirement> => {
  const canInstall = tool.package !== undefined && host.uid === 0 && (await findTool('apt-get', host)) !== undefined;
  return {
    what,
    state: canInstall ? 'installable' : 'missing',
    saw: 'not found',
    remedy,
    ...(tool.package !== undefined && { package: tool.package }),
  };
};

/** Daemons live where PATH of a user does not look. */
const extraFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/lib/frr', '/usr/libexec/frr'];

const findTool = async (tool: string, host: Host): Promise<string | undefined> => {
  const folders = tool.includes('/') ? [''] : [...(process.env['PATH'] ?? '').split(':'), ...extraFolders];
  for (const folder of folders) {
    const path = folder === '' ? tool : `${folder}/${tool}`;
    const stat = await statIfAllowed(path, host);
    if (stat?.kind === 'file' && (stat.mode & 0o111) !== 0) return path;
  }
  return undefined;
};

/** A folder of PATH that this user may not look into holds no tool for them. */
const statIfAllowed = async (path: string, host: Host): ReturnType<Host['stat']> => {
  try {
    return await host.stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
};

const units: Record<string, number> = { MiB: 2 ** 20, GiB: 2 ** 30, MB: 1e6, GB: 1e9 };

const checkMemory = async (least: string, host: Host): Promise<Requirement> => {
  const [, count = '0', unit = 'GiB'] = /^([\d.]+)\s*(MiB|GiB|MB|GB)$/.exec(least) ?? [];
  const available =
    Number(/^MemAvailable:\s+(\d+) kB/m.exec((await host.readFile('/proc/meminfo')) ?? '')?.[1] ?? 0) * 1024;
  const met = available >= Number(count) * (units[unit] ?? 1);
  return {
    what: `${least} of free memory`,
    state: met ? 'met' : 'missing',
    saw: `${(available / 2 ** 30).toFixed(1)} GiB`,
    ...(!met && { remedy: 'close other programs, use a larger machine, or choose a smaller lab' }),
  };
};

const cpuInfo = async (host: Host): Promise<string> => (await host.readFile('/proc/cpuinfo')) ?? '';

const checkCpus = async (least: number, host: Host): Promise<Requirement> => {
  const count = (await cpuInfo(host)).match(/^processor\s*:/gm)?.length ?? 1;
  return {
    what: `${least} CPUs`,
    state: count >= least ? 'met' : 'missing',
    saw: String(count),
    ...(count < least && { remedy: 'use a machine with more CPUs' }),
  };
};

const checkCpuFlag = async (flag: string, host: Host): Promise<Requirement> => {
  const met = new RegExp(`^(flags|Features)\\s*:.*\\b${flag}\\b`, 'm').test(await cpuInfo(host));
  return {
    what: `CPU feature ${flag}`,
    state: met ? 'met' : 'missing',
    saw: met ? 'there' : 'not there',
    ...(!met && { remedy: 'use another CPU model; in a virtual machine, pass the host CPU through' }),
  };
};

const checkSysctl = async (name: string, least: number, host: Host): Promise<Requirement> => {
  const value = Number((await host.readFile(`/proc/sys/${name.replaceAll('.', '/')}`)) ?? Number.NaN);
  const met = value >= least;
  return {
    what: `${name} of at least ${least}`,
    state: met ? 'met' : 'missing',
    saw: Number.isNaN(value) ? 'not there' : String(value),
    ...(!met && { remedy: `sysctl -w ${name}=${least}` }),
  };
};

type Feature = 'netns' | 'veth' | 'bridge' | 'vxlan' | 'ipv6';

const trial: Record<Feature, string> = {
  netns: 'true',
  veth: 'ip link add lab-a type veth peer name lab-b',
  bridge: 'ip link add lab-br type bridge',
  vxlan: 'ip link add lab-vx type vxlan id 1 local 127.0.0.1 dstport 4789',
  ipv6: 'test -d /proc/sys/net/ipv6',
};

const remedies: Record<Feature, string> = {
  netns: 'use a kernel with network namespaces (CONFIG_NET_NS), and run as root or allow user namespaces',
  veth: 'load the module (modprobe veth), or use a kernel with CONFIG_VETH',
  bridge: 'load the module (modprobe bridge), or use a kernel with CONFIG_BRIDGE',
  vxlan: 'load the module (modprobe vxlan), or use a kernel with CONFIG_VXLAN',
  ipv6: 'start the kernel without ipv6.disable=1',
};

/** One requirement a feature. The script ends with one line a feature: its name and 0 or 1. */
const kernelFeatures = async (features: readonly Feature[], host: Host): Promise<readonly Requirement[]> => {
  const tries = features.map(
    (feature) => `if ${trial[feature]} 2>/dev/null; then echo ${feature} 1; else echo ${feature} 0; fi`,
  );
  const script = ['command -v ip >/dev/null || { echo no-ip; exit 0; }', ...tries].join('\n');
  const user = host.uid === 0 ? [] : ['--user', '--map-root-user'];
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const argv = ['unshare', ...user, '--net', 'sh', '-c', script];
  const { stdout, stderr, exitCode } = await host.command({ argv, env: { PATH: path }, cwd: '/', timeoutMs: 10_000 });
  return features.map((feature) => {
    const what = `kernel: ${feature}`;
    // Without ip nothing can be tried; the tools are asked for beside this, and the steps meet the kernel themselves.
    if (stdout.includes('no-ip')) return { what, state: 'met', saw: 'not tried: ip is not installed yet' };
    if (stdout.includes(`${feature} 1`)) return { what, state: 'met', saw: 'works' };
    const saw = exitCode === 0 ? 'the kernel refuses it' : stderr.trim() || 'no network namespace could be made';
    return { what, state: 'missing', saw, remedy: remedies[feature] };
  });
};

/** What was seen of each tool, with its package's version before it where the host knows one. Asks the host once. */
export const withPackageVersions = async (requirements: readonly Requirement[]): Promise<readonly Requirement[]> => {
  const names = requirements.filter(isFound).map((each) => each.package ?? '');
  if (names.length === 0) return requirements;
  // Of a package that is not there it says so and tells of the others.
  const argv = ['dpkg-query', '--show', '--showformat', '${Package} ${Version}\\n', ...new Set(names)];
  const { stdout } = await query(argv, { timeoutMs: 10_000 });
  const versions = new Map(stdout.split('\n').map((line) => line.split(' ') as [string, string]));
  return requirements.map((each) => {
    const version = isFound(each) ? versions.get(each.package ?? '') : undefined;
    return version === undefined || version === '' ? each : { ...each, saw: `${version}  ${each.saw}` };
  });
};

const isFound = ({ state, package: name, saw }: Requirement): boolean =>
  state === 'met' && name !== undefined && saw.startsWith('/');
