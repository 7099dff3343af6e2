import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock, type LockHolder, readLockHolder } from '../../src/store/lock.ts';
import { ownIdentity } from '../../src/store/process-identity.ts';
import type { StoreError } from '../../src/store/store-error.ts';
import { type Child, patient, prepareChild } from './rig/child.ts';
import { isRoot, tempFolder } from './rig/temp-folder.ts';

interface Answer {
  readonly ok: boolean;
  readonly pid?: number;
  readonly tookOverFrom?: number | null;
  readonly kind?: string;
  readonly holder?: LockHolder | null;
}

let holders: Awaited<ReturnType<typeof prepareChild>>;
beforeAll(async () => {
  holders = await prepareChild(new URL('fixtures/lock-holder.ts', import.meta.url));
});
afterAll(() => holders.remove());

const startReady = async (dir: string, through: readonly string[] = []): Promise<Child> => {
  const child = holders.start([dir, 'run deploy'], { through });
  expect(await child.says()).toBe('ready');
  return child;
};

const take = (child: Child): Promise<Answer> => {
  child.tell('take');
  return child.says<Answer>();
};

const startHolder = async (dir: string, through: readonly string[] = []): Promise<Child> => {
  const child = await startReady(dir, through);
  expect(await take(child)).toMatchObject({ ok: true });
  return child;
};

const kill = async (child: Child): Promise<void> => {
  child.process.kill('SIGKILL');
  await child.ended;
};

/** All are told in the same moment; none of the winners lets go. */
const storm = async (children: readonly Child[]): Promise<readonly Answer[]> => {
  for (const child of children) child.tell('take');
  return Promise.all(children.map((child) => child.says<Answer>()));
};

const refusal = (dir: string): Promise<StoreError> =>
  acquireLock(dir, { command: 'run verify' }).then(
    () => expect.fail('the lock was free'),
    (error: StoreError) => error,
  );

const deadHolder = (change: Partial<LockHolder> = {}): LockHolder => ({
  ...ownIdentity(),
  startTime: 1,
  id: '0123456789abcdef',
  command: 'run deploy',
  since: 0,
  ...change,
});

describe('acquireLock', patient, () => {
  it('tells the second taker who holds the lock', async () => {
    const dir = tempFolder();
    const child = await startHolder(dir);
    const error = await refusal(dir);
    expect(error).toMatchObject({ name: 'StoreError', kind: 'locked', path: dir });
    expect(error.detail.holder).toMatchObject({ pid: child.process.pid, command: 'run deploy' });
    expect(error.detail.holder?.since).toBeLessThanOrEqual(Date.now());
    expect(await readLockHolder(dir)).toEqual(error.detail.holder);
  });

  it('is refused to the process that already holds it', async () => {
    const dir = tempFolder();
    const lock = await acquireLock(dir, { command: 'run deploy' });
    expect((await refusal(dir)).detail.holder).toEqual(lock.holder);
    await lock.release();
  });

  it('is free after its release and leaves nothing in the folder', async () => {
    const dir = tempFolder();
    await (await acquireLock(dir, { command: 'one' })).release();
    expect(readdirSync(dir)).toEqual([]);
    expect(await readLockHolder(dir)).toBeUndefined();
    await (await acquireLock(dir, { command: 'two' })).release();
  });

  it('clears away what a taker left that died before its first word, once nobody can be at it any more', async () => {
    const dir = tempFolder();
    const [old, young] = ['lock.0123456789abcdef.tmp', 'lock.fedcba9876543210.tmp'].map((name) => join(dir, name));
    for (const file of [old, young]) writeFileSync(file ?? '', '');
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(old ?? '', longAgo, longAgo);
    await (await acquireLock(dir, { command: 'test' })).release();
    expect(readdirSync(dir)).toEqual(['lock.fedcba9876543210.tmp']);
  });

  it('is taken over from a holder that was killed, and says from whom', async () => {
    const dir = tempFolder();
    const child = await startHolder(dir);
    await kill(child);
    expect(await readLockHolder(dir)).toBeUndefined();
    const lock = await acquireLock(dir, { command: 'resume' });
    expect(lock.tookOverFrom).toMatchObject({ pid: child.process.pid, command: 'run deploy' });
    expect(readdirSync(dir)).toEqual(['lock']);
    await lock.release();
  });

  it('does not live on in what a killed holder had started', async () => {
    const dir = tempFolder();
    const child = await startHolder(dir);
    child.tell('spawn');
    const { pid } = await child.says<{ pid: number }>();
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    await kill(child);
    const lock = await acquireLock(dir, { command: 'resume' });
    process.kill(pid, 0);
    await lock.release();
  });

  it('is not taken from a holder that was stopped', async () => {
    const dir = tempFolder();
    const child = await startHolder(dir);
    child.process.kill('SIGSTOP');
    expect((await refusal(dir)).detail.holder?.pid).toBe(child.process.pid);
  });

  it('is no business of other users: a socket by the name it once had keeps nobody out', async () => {
    const dir = tempFolder();
    const { dev, ino } = statSync(dir, { bigint: true });
    const server = createServer().listen({ path: `\0lab-state-${dev}:${ino}`.padEnd(108, '\0') });
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    await (await acquireLock(dir, { command: 'run' })).release();
  });

  it('belongs to the folder, not to one of its paths', async () => {
    const parent = tempFolder();
    mkdirSync(join(parent, 'state'));
    symlinkSync('state', join(parent, 'other'));
    await startHolder(join(parent, 'state'));
    expect((await refusal(join(parent, 'other'))).kind).toBe('locked');
    renameSync(join(parent, 'state'), join(parent, 'moved'));
    expect((await refusal(join(parent, 'moved'))).kind).toBe('locked');
  });

  it('keeps its file from others', async () => {
    const dir = tempFolder();
    const before = process.umask(0);
    const lock = await acquireLock(dir, { command: 'run' }).finally(() => process.umask(before));
    expect(statSync(join(dir, 'lock')).mode & 0o777).toBe(0o600);
    await lock.release();
  });

  it.each([
    ['of an earlier boot', deadHolder({ ...ownIdentity(), bootId: 'another' })],
    ['whose pid was given to another process', deadHolder({ pid: process.pid })],
    ['whose pid is free', deadHolder({ pid: 2 ** 22 + 1 })],
  ])('is taken over from a holder %s', async (_, holder) => {
    const dir = tempFolder();
    writeFileSync(join(dir, 'lock'), JSON.stringify(holder));
    const lock = await acquireLock(dir, { command: 'run' });
    expect(lock.tookOverFrom).toEqual(holder);
    await lock.release();
  });

  it.each([
    ['on another machine', { bootId: 'another', host: 'elsewhere' }],
    ['in a container that can not be seen', { pidNamespace: 'pid:[1]' }],
  ])('is left to a holder %s, and says how to go on', async (_, change) => {
    const dir = tempFolder();
    const holder = deadHolder({ host: 'elsewhere', ...change });
    writeFileSync(join(dir, 'lock'), JSON.stringify(holder));
    const sees = isRoot && readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]' && holder.bootId !== 'another';
    if (sees) return await (await acquireLock(dir, { command: 'run' })).release(); // from here every process is seen
    const error = await refusal(dir);
    expect(error.detail).toMatchObject({ holder, saw: expect.stringContaining('named elsewhere') });
    expect(error.detail.remedy).toContain(`remove ${join(dir, 'lock')}`);
  });

  it.each(['', '{', 'null', '{"pid":1}', '[]'])('takes a file that says %j for left over', async (text) => {
    const dir = tempFolder();
    writeFileSync(join(dir, 'lock'), text);
    const lock = await acquireLock(dir, { command: 'run' });
    expect(lock.tookOverFrom).toBeUndefined();
    expect(JSON.parse(readFileSync(join(dir, 'lock'), 'utf8'))).toEqual(lock.holder);
    await lock.release();
  });

  it('is taken over from a taker that died while it took over', async () => {
    const dir = tempFolder();
    const first = deadHolder({ id: 'a'.repeat(16) });
    const second = deadHolder({ id: 'b'.repeat(16) });
    writeFileSync(join(dir, 'lock'), JSON.stringify(first));
    writeFileSync(join(dir, `lock.after-${first.id}`), JSON.stringify(second));
    writeFileSync(join(dir, `lock.${second.id}.tmp`), JSON.stringify(second));
    const lock = await acquireLock(dir, { command: 'run' });
    expect(lock.tookOverFrom).toEqual(second);
    expect(readdirSync(dir)).toEqual(['lock']);
    await lock.release();
  });

  it('sees a holder that is about to finish its taking over', async () => {
    const dir = tempFolder();
    const first = deadHolder({ id: 'a'.repeat(16) });
    const second = deadHolder({ ...ownIdentity(), id: 'b'.repeat(16) });
    writeFileSync(join(dir, 'lock'), JSON.stringify(first));
    writeFileSync(join(dir, `lock.after-${first.id}`), JSON.stringify(second));
    expect((await refusal(dir)).detail.holder).toEqual(second);
  });

  it('goes to exactly one of twenty who ask in the same moment', async () => {
    const dir = tempFolder();
    const children = await Promise.all(Array.from({ length: 20 }, () => startReady(dir)));
    const answers = await storm(children);
    const winners = answers.filter((answer) => answer.ok);
    expect(winners).toHaveLength(1);
    for (const answer of answers.filter((each) => !each.ok)) {
      expect(answer).toMatchObject({ kind: 'locked', holder: { pid: winners[0]?.pid } });
    }
  });

  it('goes to exactly one of twenty when each holder in turn is killed', async () => {
    const dir = tempFolder();
    const children = new Set(await Promise.all(Array.from({ length: 20 }, () => startReady(dir))));
    let last: number | null = null;
    while (children.size > 15) {
      const asked = [...children];
      const answers = await storm(asked);
      const winner = asked[answers.findIndex((answer) => answer.ok)];
      expect(answers.filter((answer) => answer.ok)).toEqual([
        { ok: true, pid: winner?.process.pid, tookOverFrom: last },
      ]);
      if (winner === undefined) break;
      last = winner.process.pid ?? null;
      children.delete(winner);
      await kill(winner);
    }
  });
});

describe.skipIf(!isRoot)('acquireLock between namespaces (needs root)', patient, () => {
  const ownNetwork = ['unshare', '--net'];
  const ownProcesses = ['unshare', '--net', '--pid', '--mount-proc', '--fork', '--kill-child'];

  it('is refused to a taker in another network namespace', async () => {
    const dir = tempFolder();
    const child = await startHolder(dir, ownNetwork);
    expect((await refusal(dir)).detail.holder?.pid).toBe(child.process.pid);
    await kill(child);
    await (await acquireLock(dir, { command: 'resume' })).release();
  });

  it('goes to exactly one of many takers that all live in other network namespaces, again and again', async () => {
    const dir = tempFolder();
    const children = new Set(await Promise.all(Array.from({ length: 12 }, () => startReady(dir, ownNetwork))));
    while (children.size > 4) {
      const asked = [...children];
      const answers = await storm(asked);
      expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
      expect(readdirSync(dir)).toEqual(['lock']);
      const winner = asked[answers.findIndex((answer) => answer.ok)];
      if (winner === undefined) break;
      children.delete(winner);
      await kill(winner);
    }
  });

  it('sees a holder in another PID namespace, and its end', async () => {
    const dir = tempFolder();
    const child = await startHolder(dir, ownProcesses);
    expect((await refusal(dir)).detail.holder).toMatchObject({ command: 'run deploy' });
    await kill(child);
    await expect.poll(() => readLockHolder(dir)).toBeUndefined();
    await (await acquireLock(dir, { command: 'resume' })).release();
  });

  it('is refused between two containers, also where /proc is that of the machine', async () => {
    for (const through of [ownProcesses, ['unshare', '--net', '--pid', '--fork', '--kill-child']]) {
      const dir = tempFolder();
      const child = await startHolder(dir, through);
      expect((await refusal(dir)).kind).toBe('locked');
      const other = await startReady(dir, through);
      expect(await take(other)).toMatchObject({ ok: false, kind: 'locked' });
      await kill(child);
    }
  });

  it('leaves the lock to a holder it cannot look for from its own PID namespace', async () => {
    const dir = tempFolder();
    const lock = await acquireLock(dir, { command: 'run deploy' });
    const child = await startReady(dir, ownProcesses);
    expect(await take(child)).toMatchObject({ ok: false, kind: 'locked', holder: { pid: process.pid } });
    await lock.release();
    expect(await take(child)).toMatchObject({ ok: true });
  });
});

describe('readLockHolder', () => {
  it('writes nothing, also where there is no folder', async () => {
    const dir = tempFolder();
    expect(await readLockHolder(join(dir, 'none'))).toBeUndefined();
    expect(await readLockHolder(dir)).toBeUndefined();
    expect(readdirSync(dir)).toEqual([]);
  });
});
