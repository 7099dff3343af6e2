import { describe, expect, it } from 'vitest';
import { compile, ExpressionError } from '../../src/core/expression.ts';
import { evaluate, resolveText, resolveValue, templateParts } from '../../src/core/template.ts';

describe('expressions', () => {
  it('compute with whole numbers of plain data as integers', () => {
    expect(evaluate('inputs.nodes + 1', { inputs: { nodes: 3 } })).toBe(4);
  });

  it('give back plain data', () => {
    expect(evaluate('{"a": [1, 2.5], "b": x.filter(n, n > 1)}', { x: [1, 2, 3] })).toEqual({ a: [1, 2.5], b: [2, 3] });
  });

  it('read the functions lab adds', () => {
    expect(evaluate('[3, 1, 3].distinct().sort()', {})).toEqual([1, 3]);
    expect(evaluate('[1, 2].sum() == 3 && "a b".replace(" ", "-") == "a-b" && json("{\\"n\\": 2}").n == 2', {})).toBe(
      true,
    );
    expect(evaluate('"inet 10.0.0.1/8".find("[0-9.]+")', {})).toBe('10.0.0.1');
  });

  it('say where a mistake in the syntax is', () => {
    const wrong = compile('a + ');
    expect(wrong).toMatchObject({ ok: false, offset: 4 });
  });

  it('say which name is missing, and where', () => {
    const missing = (): unknown => evaluate('inputs.leafs', { inputs: { leaves: 4 } });
    expect(missing).toThrow(ExpressionError);
    expect(missing).toThrow(/leafs/);
  });

  it('list the names they read, and leave out the variables of macros', () => {
    const compiled = compile('steps["kube-rules"].outputs.ip == inputs.ip && fabric.nodes.all(n, n.name != run.id)');
    expect(compiled.ok && compiled.expression.references).toEqual([
      ['steps', 'kube-rules', 'outputs', 'ip'],
      ['inputs', 'ip'],
      ['run', 'id'],
      ['fabric', 'nodes'],
    ]);
  });

  it('refuse macros nested so deep that they could burn hours', () => {
    const bomb = 'l.all(a, l.all(b, l.all(c, l.all(d, true))))';
    expect(compile(bomb)).toMatchObject({ ok: false, message: expect.stringContaining('nested') });
  });

  it('know nothing of JavaScript', () => {
    for (const source of ['constructor', 'inputs.constructor', 'inputs["__proto__"]', 'globalThis', 'process.env']) {
      expect(() => evaluate(source, { inputs: {} }), source).toThrow(ExpressionError);
    }
  });
});

describe('templates', () => {
  it('split at expressions and know where they start', () => {
    expect(templateParts('a ${{ x }} b')).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'expression', source: ' x ', offset: 5 },
      { kind: 'text', text: ' b' },
    ]);
  });

  it('keep the type of a text that is one expression', () => {
    expect(resolveText('${{ x }}', { x: [1] })).toEqual([1]);
  });

  it('write values into longer texts, lists and maps as JSON', () => {
    expect(resolveValue({ a: ['n=${{ x }}'], b: 'l=${{ l }}' }, { x: 2, l: ['y'] })).toEqual({
      a: ['n=2'],
      b: 'l=["y"]',
    });
  });
});
