import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import { createMasker, maskEvent } from '../../src/core/mask.ts';

const masker = createMasker(['deploy', 'changed', 'a-step'], (text) => Buffer.from(text).toString('base64'));

describe('a fact with secrets in it', () => {
  it('keeps the words the program reads, also when a secret happens to be one of them', () => {
    const body: EventBody = {
      ...{ type: 'step.finished', address: 'a-step', outcome: 'changed', evidence: [], attempts: 1, durationMs: 1 },
      ...{
        outputs: { note: 'deploy it', type: 'deploy' },
        creates: [{ kind: 'file', name: 'a-step' }],
        reason: 'deploy',
      },
    };
    expect(maskEvent(body, masker)).toMatchObject({
      ...{ type: 'step.finished', address: 'a-step', outcome: 'changed', reason: '***' },
      ...{ outputs: { note: '*** it', type: '***' }, creates: [{ kind: 'file', name: '***' }] },
    });
  });

  it('without any secret is the same fact', () => {
    const none = createMasker([], (text) => text);
    const body: EventBody = { type: 'notice', level: 'info', code: 'x', message: 'deploy' };
    expect(maskEvent(body, none)).toBe(body);
  });
});
