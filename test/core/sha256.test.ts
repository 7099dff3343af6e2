import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/sha256.ts';

describe('SHA-256', () => {
  it('is that of the standard', () => {
    expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256(Buffer.alloc(0))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('is that of Node, for every length around the borders of blocks', () => {
    for (let length = 0; length < 260; length += 1) {
      const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 151 + length * 31) % 256));
      expect(sha256(bytes), `${length} bytes`).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});
