import { describe, expect, it } from 'vitest';
import { localDay, localMoment, localTime } from '../../src/view/moment.ts';

describe('a moment', () => {
  it.each(['2026-01-02T03:04:05', '1999-12-31T23:59:59', '2024-02-29T00:00:00'])(
    '%s is written as it is in local time',
    (text) => {
      const at = new Date(text).getTime();
      const [day, time] = text.split('T');
      expect([localDay(at), localTime(at), localMoment(at)]).toEqual([day, time, `${day} ${time}`]);
    },
  );
});
