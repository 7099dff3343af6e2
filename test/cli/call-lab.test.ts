import { describe, expect, it } from 'vitest';
import { asCalled, labCall } from '../../src/session/print.ts';

describe('a command that is told to be typed next', () => {
  it('is about the project and state folder this one was about', () => {
    expect(labCall({})).toBe('npx lab');
    const options = { project: '/srv/my lab', stateDir: 'other' };
    expect(labCall(options)).toBe("npx lab --project '/srv/my lab' --state-dir other");
    expect(asCalled('To go on: npx lab resume\nor `npx lab runs`', { stateDir: 's$&' })).toBe(
      "To go on: npx lab --state-dir 's$&' resume\nor `npx lab --state-dir 's$&' runs`",
    );
  });

  it('stays as it is when it names them already', () => {
    const again = 'npx lab run deploy --state-dir other --yes';
    expect(asCalled(again, { stateDir: 'other' })).toBe(again);
  });
});
