// Whether the tools of a host go with the lab: what cilium and containerlab say of themselves, and whom containerlab lets in.
import { describe, expect, it } from 'vitest';
import { ciliumFits } from '../../steps/cilium/fits.ts';
import { containerlabReady } from '../../steps/containerlab/ready.ts';
import { scripted } from './scripted-context.ts';

describe('the cilium command', () => {
  it('is known by what it said before it asks for the newest release, which may never be answered', async () => {
    const { context } = scripted((line) => (line === 'uname -r' ? { stdout: '6.1.0\n' } : undefined));
    // cli/version.go of cilium-cli at v0.19.7: its own line first, then a request without a limit of its own.
    const command: typeof context.command = async (argv, options = {}) => {
      const result = await context.command(argv, options);
      if (argv[0] !== 'cilium') return result;
      if (options.timeoutMs === undefined) throw new Error('no answer within 10 s');
      return { ...result, stdout: 'cilium-cli: v0.19.7 compiled with go1.26.0 on linux/amd64\n', ended: 'timeout' };
    };
    const query = ciliumFits.input.parse({ version: '1.18.14', kubernetes: 'v1.33.1' });
    const seen = await ciliumFits.look(query, { ...context, command });
    expect(seen).toMatchObject({ holds: true, values: { commandLine: '0.19.7', misfits: [], untested: [] } });
  });
});

describe('containerlab', () => {
  // CheckAndGetRootPrivs at v0.70.0: without the group it asks nobody to be in it. getent ends with 2 for a name it did not find.
  const ready = async (groups: { readonly exists: number; readonly mine: string }) => {
    const { context } = scripted(
      (line) => {
        if (line.startsWith('getent group')) return { exitCode: groups.exists };
        if (line === 'id -nG') return { stdout: `${groups.mine}\n` };
        return line.endsWith('version') ? { stdout: '    version: 0.79.0\n' } : { stdout: '/usr/bin/containerlab\n' };
      },
      // It is owned by root with its setuid bit on, as its packages install it.
      { uid: 1000, stat: async () => ({ kind: 'file', mode: 0o104755, size: 1, inode: 1 }) },
    );
    return containerlabReady.look({ release: '0.70.0' }, context);
  };

  it('lets anybody in where its group does not exist, and members only where it does', async () => {
    expect(await ready({ exists: 2, mine: 'me' })).toMatchObject({ holds: true, saw: '0.79.0' });
    expect(await ready({ exists: 0, mine: 'me clab_admins' })).toMatchObject({ holds: true });
    expect(await ready({ exists: 0, mine: 'me' })).toMatchObject({
      holds: false,
      saw: 'this user is not in group clab_admins, and containerlab lets in no other',
    });
  });
});
