import { expect, it } from 'vitest';
import { exitCode } from '../../src/project/exit-code.ts';

it.each([
  ['SIGINT', 130],
  ['SIGKILL', 137],
  ['SIGSEGV', 139],
  ['SIGPIPE', 141],
  ['SIGTERM', 143],
])('of a command that died by %s is what a shell says: %d', (signal, code) => {
  expect(exitCode.signal(signal)).toBe(code);
});
