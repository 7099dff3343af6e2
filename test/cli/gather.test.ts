import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { gather } from '../../src/session/print.ts';

const open = () => {
  const written: string[] = [];
  return { written, out: gather({ write: (text) => written.push(text) }) };
};

it('writes what was said in one turn of the event loop at once, in order', async () => {
  const { written, out } = open();
  out.write('a\n');
  out.write('b\n');
  expect(written).toEqual([]);
  await setImmediate();
  expect(written).toEqual(['a\nb\n']);
});

it('leaves nothing for later when it is told to, or when the process ends', () => {
  const { written, out } = open();
  out.write('a');
  out.flush();
  out.flush();
  expect(written).toEqual(['a']);
  out.write('b');
  const [last] = process.listeners('exit').slice(-1);
  last?.(0);
  expect(written).toEqual(['a', 'b']);
  expect(process.listeners('exit')).not.toContain(last);
});
