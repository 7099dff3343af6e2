// What a page of docs/ shows in fenced blocks, with the file name that stands above a block.
import { readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  readonly text: string;
  /** From a line such as `steps/a.ts`: right above it. */
  readonly file?: string;
}

export const blocksOf = (page: string): readonly Block[] => {
  const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$/gms)].map(
    ([, file, language = '', body = '']): Block => ({ language, text: body, ...(file !== undefined && { file }) }),
  );
};

/** Commands after a $ at the start of a line, without what a # explains, as arguments. */
export const commandsIn = (blocks: readonly Block[]): readonly (readonly string[])[] =>
  blocks
    .filter((block) => block.language === 'console')
    .flatMap((block) => block.text.split('\n'))
    .filter((line) => line.startsWith('$ '))
    .map((line) =>
      line
        .slice(2)
        .replace(/\s+#.*$/, '')
        .split(' '),
    );
