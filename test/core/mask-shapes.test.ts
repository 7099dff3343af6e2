import { describe, expect, it } from 'vitest';
import { maskShapes, maskShapesIn } from '../../src/core/mask.ts';

describe('what looks like a secret', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['psql postgres://lab:hunter2@db:5432/x', 'psql postgres://lab:***@db:5432/x'],
    ["curl -H 'Authorization: Bearer abc.def' http://x", "curl -H 'Authorization: Bearer ***' http://x"],
    ['login --password hunter2 --user me', 'login --password *** --user me'],
    ['login --password=hunter2 --user me', 'login --password=*** --user me'],
    ['DB_PASSWORD=hunter2 run', 'DB_PASSWORD=*** run'],
    ['{"token": "abc", "port": 80}', '{"token": "***", "port": 80}'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMII\nxx\n-----END RSA PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----',
    ],
    [`push with ghp_${'a'.repeat(36)} now`, 'push with *** now'],
    ['cookie eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4', 'cookie ***'],
  ];
  it.each(cases)('is taken out of %j', (text, masked) => {
    expect(maskShapes(text)).toBe(masked);
  });

  it.each([
    'http://192.168.33.10:80/path',
    'ssh git@github.com:owner/name',
    'BGP leaf1: 6 of 6 Established (10.1.0.1)',
    'link[spine1:e1-1--leaf1:e1-49]: both ends there',
    'tokens: 3 of 5 read',
    '2026-11-24T15:00:00 --timeout 5s',
  ])('is not seen in %j', (text) => {
    expect(maskShapes(text)).toBe(text);
  });

  it('is taken out of data by its place and by the name of its field, and data stays data', () => {
    expect(
      maskShapesIn({
        outputs: { dbPassword: 'x', port: 80, url: 'http://a:b@c' },
        list: ['token=1'],
        run: ['x', '--token', 'y', 'z'],
      }),
    ).toEqual({
      outputs: { dbPassword: '***', port: 80, url: 'http://a:***@c' },
      list: ['token=***'],
      run: ['x', '--token', '***', 'z'],
    });
  });

  it('is found in a long text in little time', () => {
    const text = 'password '.repeat(20_000) + 'a:'.repeat(20_000) + '-----BEGIN PRIVATE KEY-----'.repeat(2000);
    expect(maskShapes(text).length).toBeGreaterThan(100_000);
  });
});
