import { expect, it } from 'vitest';
import { aptPackages } from '../../steps/system/apt.ts';
import { scripted } from './scripted-context.ts';

/** A Debian host that has neither package. */
const bare = () => scripted((line) => (line.startsWith('dpkg-query') ? { exitCode: 1 } : {}));
const packages = ['frr', 'nginx'];

it('Debian packages are not installed without consent, and the one question names them all', async () => {
  const { context, calls } = bare();
  const asked: string[] = [];
  const refused = aptPackages.run?.(
    { packages },
    {
      ...context,
      consent: async (question) => {
        asked.push(question);
        return false;
      },
    },
  );
  await expect(refused).rejects.toThrow('nobody agreed to installing frr nginx; run again with --yes');
  expect(asked).toEqual(['Install frr nginx?']);
  expect(calls.filter(({ line }) => line.includes('apt-get'))).toEqual([]);
});

it('Debian packages are installed with consent', async () => {
  const { context, calls } = bare();
  await aptPackages.run?.({ packages }, { ...context, consent: async () => true });
  expect(calls.some(({ line }) => /apt-get .*install -y --no-install-recommends frr nginx/.test(line))).toBe(true);
});
