import { expect, it, vi } from 'vitest';
import { explain } from '../../src/cli/main.ts';
import { createMasker } from '../../src/core/mask.ts';
import { keepOffScreen } from '../../src/project/off-screen.ts';

it('a crash tells no secret that was read before, in whatever form', () => {
  keepOffScreen(createMasker(['first secret'], (text) => Buffer.from(text).toString('base64')));
  keepOffScreen(createMasker(['second/secret'], (text) => Buffer.from(text).toString('base64')));
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = explain(new SyntaxError('Invalid: /first secret|c2Vjb25kL3NlY3JldA/ second%2Fsecret'));
  const text = write.mock.calls.join('');
  write.mockRestore();
  expect(code).toBe(70);
  expect(text).toContain('SyntaxError: Invalid: /***|***/ ***');
  expect(text).not.toMatch(/first secret|second/);
});
