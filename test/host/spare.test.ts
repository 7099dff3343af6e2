import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { flags, flagsOfMany, flagsOnceActing } from '../../src/host/spare.ts';

it('tells V8 nothing that this Node does not know', async () => {
  const script = `for (const flag of ${JSON.stringify([...flags, ...flagsOfMany, ...flagsOnceActing])}) require('node:v8').setFlagsFromString(flag)`;
  expect(await promisify(execFile)(process.execPath, ['-e', script])).toEqual({ stdout: '', stderr: '' });
});
