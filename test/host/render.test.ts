import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StepError } from '../../src/core/failure.ts';
import { host, temporaryFolder } from './support.ts';

/** A project with these files; gives the path of the first. */
const project = (files: Readonly<Record<string, string>>): string => {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return join(root, Object.keys(files)[0] ?? '');
};

const render = (text: string, values: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  host.render(project({ 'assets/t.liquid': text }), values);

const messageOf = async (answer: Promise<unknown>): Promise<string> => {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error instanceof Error ? error.message : '';
};

describe('rendering a template', () => {
  it('puts values in as they are, without escaping', async () => {
    expect(
      await render('{% for n in nodes %}{{ n.name }}={{ n.asn }};{% endfor %}', {
        nodes: [
          { name: '<a & "b">', asn: 65001 },
          { name: 'é', asn: 1n },
        ],
      }),
    ).toBe('<a & "b">=65001;é=1;');
  });

  it('goes by what the file holds now, also when it was rendered before', async () => {
    const file = project({ 'assets/t.liquid': 'one {{ x }}' });
    expect([await host.render(file, { x: 1 }), await host.render(file, { x: 2 })]).toEqual(['one 1', 'one 2']);
    writeFileSync(file, 'two {{ x }}');
    expect(await host.render(file, { x: 3 })).toBe('two 3');
  });

  it('keeps lines and blanks unless the template says otherwise', async () => {
    expect(await render('a\n{%- if true %}\n b\n{%- endif %}\nc\n')).toBe('a\n b\nc\n');
  });

  it('does not change the values', async () => {
    const values = Object.freeze({ a: 1 });
    expect(await render('{% assign a = 2 %}{% assign b = 3 %}{{ a }}{{ b }}', values)).toBe('23');
    expect(values).toEqual({ a: 1 });
  });

  it('sees only what values have themselves', async () => {
    expect(await messageOf(render('{{ a.constructor }}', { a: {} }))).toContain('undefined variable: a.constructor');
  });

  it('fails for an unknown variable with file, line, column and the line itself', async () => {
    const file = project({ 'assets/t.liquid': 'first\nrouter {{ ruoter.id }}\n' });
    const error = await host.render(file, { router: { id: 1 } }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StepError);
    const { message, tail } = error as StepError;
    expect(message).toBe(`${file}:2:11: undefined variable: ruoter`);
    expect(tail.join('\n')).toContain('>> 2| router {{ ruoter.id }}');
  });

  it('fails for an unknown filter and for bad syntax in the same way', async () => {
    const filter = project({ 'assets/t.liquid': '{{ a | nosuch }}' });
    expect(await messageOf(host.render(filter, { a: 1 }))).toMatch(`${filter}:1:`);
    const syntax = project({ 'assets/t.liquid': '\n{% if a %}' });
    const message = await messageOf(host.render(syntax, { a: 1 }));
    expect(message.split('\n')[0]).toBe(`${syntax}:2:1: tag {% if a %} not closed`);
  });

  it('says which template is not there', async () => {
    const file = join(temporaryFolder(), 'none.liquid');
    expect(await messageOf(host.render(file, {}))).toContain(file);
  });

  it('ends a template that runs away', async () => {
    const message = await messageOf(render('{% for i in (1..1000000000) %}{{ i }}{% endfor %}'));
    expect(message).toContain('limit exceeded');
  });
});

describe('templates in templates', () => {
  it('are found beside it and in the assets folder, with or without their ending', async () => {
    const file = project({
      'assets/frr/t.liquid':
        "{% render 'beside', x: 1 %} {% include 'common/above.liquid' %} {% render './beside', x: 2 %}",
      'assets/frr/beside.liquid': 'beside {{ x }}',
      'assets/common/above.liquid': 'above',
    });
    expect(await host.render(file, {})).toBe('beside 1 above beside 2');
  });

  it('may go up within assets, but not above', async () => {
    const inside = project({ 'assets/a/t.liquid': "{% render '../b/u.liquid' %}", 'assets/b/u.liquid': 'found' });
    expect(await host.render(inside, {})).toBe('found');
    const above = project({ 'assets/t.liquid': "{% render '../secret.liquid' %}", 'secret.liquid': 'secret' });
    const message = await messageOf(host.render(above, {}));
    expect(message).toContain('../secret.liquid');
    expect(message).toContain(`${above}:1:`);
  });

  it('are not reached by absolute paths or links that lead out', async () => {
    const file = project({ 'assets/t.liquid': "{% render 'link.liquid' %}", 'secret.liquid': 'secret' });
    symlinkSync('../secret.liquid', join(dirname(file), 'link.liquid'));
    expect(await messageOf(host.render(file, {}))).toContain('link.liquid');
    const absolute = project({ 'assets/t.liquid': "{% render '/etc/hostname' %}" });
    expect(await messageOf(host.render(absolute, {}))).toContain('/etc/hostname');
  });

  it('outside of assets, only those beside it', async () => {
    const file = project({ 'x/y/t.liquid': "{% render '../z.liquid' %}", 'x/z.liquid': 'z' });
    expect(await messageOf(host.render(file, {}))).toContain('../z.liquid');
  });

  it('name their own file in errors', async () => {
    const file = project({ 'assets/t.liquid': "\n{% render 'u' %}", 'assets/u.liquid': '\n\n{{ nope }}' });
    expect(await messageOf(host.render(file, {}))).toContain(
      `${join(dirname(file), 'u.liquid')}:3:4: undefined variable: nope`,
    );
  });
});
