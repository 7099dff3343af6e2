import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShellTextError, shellText } from '../../src/core/shell-text.ts';

/** Runs a script in which every expression has this value; gives back what it printed. */
const run = (text: string, value: string): string => {
  const { script, values } = shellText(text, 'V');
  const env = { PATH: process.env['PATH'], ...Object.fromEntries([...values.keys()].map((name) => [name, value])) };
  return execFileSync('bash', ['--norc', '-euc', script], { env, encoding: 'utf8' });
};

const nasty = '  a\'b"c $(echo ran) `echo ran` * ~ \\ ; #x\n{y} $HOME $$';

describe('values in a script', () => {
  it.each([
    ['bare', 'printf "[%s]" ${{ x }}', `[${nasty}]`],
    ['bare next to other text', 'printf "[%s]" --name=${{ x }}.txt', `[--name=${nasty}.txt]`],
    ['in double quotes', 'printf "[%s]" "a ${{ x }} b"', `[a ${nasty} b]`],
    ['in single quotes', "printf '[%s]' 'it is ${{ x }}!'", `[it is ${nasty}!]`],
    ['in ANSI quotes', "printf '[%s]' $'t\\t${{ x }}\\'q'", `[t\t${nasty}'q]`],
    ['in a substitution', 'printf "[%s]" "$(printf %s ${{ x }})"', `[${nasty}]`],
    [
      'in a substitution in quotes in a substitution',
      'a=$(printf "%s" "$(printf %s "${{ x }}")"); printf "[%s]" "$a"',
      `[${nasty}]`,
    ],
    ['in backticks', 'a=`printf %s ${{ x }}`; printf "[%s]" "$a"', `[${nasty}]`],
    ['as an assignment', 'a=${{ x }}; printf "[%s]" "$a"', `[${nasty}]`],
    ['as the default of a variable', 'printf "[%s]" ${nope:-${{ x }}}', `[${nasty}]`],
    ['as the default of a variable in quotes', 'printf "[%s]" "${nope:-${{ x }}}"', `[${nasty}]`],
    [
      'in a here-document',
      "cat <<EOF\nit's ${{ x }} \"here\"\nEOF\nprintf '[%s]' ${{ x }}",
      `it's ${nasty} "here"\n[${nasty}]`,
    ],
    ['in an indented here-document', 'cat <<-EOF\n\t${{ x }}\n\tEOF\nprintf "[%s]" ${{ x }}', `${nasty}\n[${nasty}]`],
    ['after two here-documents', 'cat <<A <<\'B\' ; printf "[%s]" ${{ x }}\n\'\nA\n"\nB\n', `"\n[${nasty}]`],
    ['after a comment with an apostrophe', "# don't\nprintf '[%s]' ${{ x }}", `[${nasty}]`],
    ['in a comment', '# ${{ x }}\nprintf ok', 'ok'],
    ['after what looks like a comment and is none', 'a=b#\'c\'; printf "[%s]" ${{ x }}', `[${nasty}]`],
    ['in an array', 'a=(one ${{ x }} two); printf "[%s]" "${a[1]}" "${#a[@]}"', `[${nasty}][3]`],
    ['in a condition', '[[ ${{ x }} == ${{ x }} ]] && printf same', 'same'],
    ['behind a dollar sign in quotes', 'printf "[%s]" "costs $${{ x }}"', `[costs $${nasty}]`],
    ['in a function', 'f() { printf "[%s]" ${{ x }}; }; f', `[${nasty}]`],
    ['after a shift in arithmetic', 'a=$(( 1 << 3 )); printf "[%s]" "$a" ${{ x }}', `[8][${nasty}]`],
    ['after a here-string', "cat <<< 'a'; printf '[%s]' ${{ x }}", `a\n[${nasty}]`],
  ])('are one word %s', (_, script, printed) => {
    expect(run(script, nasty)).toBe(printed);
  });

  it('are numbers where bash computes', () => {
    const { script, values } = shellText('echo $(( ${{ n }} + 1 )); (( ${{ n }} > 2 )) && echo ${{ name }}', 'V');
    expect(run('echo $(( ${{ n }} + 1 ))', '41')).toBe('42\n');
    expect([...values.values()].map(({ mustBeNumber }) => mustBeNumber)).toEqual([true, false]);
    expect(script).toBe('echo $(( ${V1} + 1 )); (( ${V1} > 2 )) && echo "${V2}"');
  });

  it.each([
    ['a backslash keeps them out', 'echo \\${{ x }}'],
    ['a backslash keeps them out in quotes', 'echo "\\${{ x }}"'],
    ['a here-document takes none', "cat <<'EOF'\n${{ x }}\nEOF\n"],
  ])('are refused where %s', (_, script) => {
    expect(() => shellText(script, 'V')).toThrow(ShellTextError);
  });

  it('never run, wherever they stand in whatever script', () => {
    const pieces = fc.constantFrom(
      '"',
      "'",
      '`',
      '$(',
      ')',
      '(',
      '{',
      '}',
      ' ',
      '\n',
      '#',
      '<<E\n',
      '\nE\n',
      'a',
      '$',
      ';',
      '\\',
      '${{ x }}',
      '${y:-',
      '|',
      '&',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (some) => {
        let built: ReturnType<typeof shellText>;
        try {
          built = shellText(some.join(''), 'V');
        } catch (error) {
          expect(error).toBeInstanceOf(ShellTextError);
          return;
        }
        if ([...built.values.values()].some(({ mustBeNumber }) => mustBeNumber)) return;
        const env = { PATH: '/nowhere', V1: '"; echo ran; $(echo ran) `echo ran` \' ; echo ran\n echo ran\n' };
        const ended = spawnSync('/bin/bash', ['--norc', '-c', built.script], {
          env,
          encoding: 'utf8',
          timeout: 10_000,
        });
        expect(ended.stdout, built.script).toBe('');
      }),
    );
  });
});
