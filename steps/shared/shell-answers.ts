// What a shell says that does the same in several namespaces: `@ NAME`, what came of it, `= EXIT CODE`. Pure.

export interface ShellAnswer {
  readonly text: string;
  readonly exitCode: number;
}

export const answersIn = (text: string): ReadonlyMap<string, ShellAnswer> => {
  const answers = new Map<string, ShellAnswer>();
  for (const [, name = '', said = '', code] of text.matchAll(/^@ (.*)\n((?:(?!@ ).*\n)*?)= (\d+)$/gm))
    answers.set(name, { text: said, exitCode: Number(code) });
  return answers;
};
