// YAML 1.2 text as plain data whose every token can be found again. Refuses what a declaration has no use for and an
// attacker has: alias bombs, depth, custom tags, several documents, keys that are not text or mean something to JavaScript.
import { Composer, type Document, type ParsedNode, Parser } from 'yaml';
import { convertNode } from './convert.ts';
import { maskExpressions } from './expression-mask.ts';
import { maximumFileSize } from './file-size.ts';
import type { Key, Origins } from './origins.ts';
import { createSource, type Finding, type Place, type Report, type Source } from './source.ts';
import { depthOf, type Token } from './token-depth.ts';
import { explainSyntax } from './yaml-syntax.ts';

export interface YamlDocument {
  readonly source: Source;
  /** Undefined when the text is no YAML at all; then everything was reported. */
  readonly value: unknown;
  /** The token at a path; where the path ends too early, the last token on it. */
  locate(path: readonly Key[], where: 'key' | 'value'): Place;
}

const maximumDepth = 64;

export const readDocument = (
  file: string,
  text: string,
  { origins, report }: { origins: Origins; report: Report },
): YamlDocument => {
  const source = createSource(file, text);
  const tree = text.length > maximumFileSize ? tooLarge(source, report) : parse(source, report);
  const value = tree?.contents ? convertNode(tree.contents as ParsedNode, { source, origins, report }) : undefined;
  if (tree && !tree.contents)
    report({ source, start: 0, end: 0 }, { code: 'empty-file', message: 'the file is empty' });
  return { source, value, locate: (path, where) => locate({ source, value, origins }, path, where) };
};

const tooLarge = (source: Source, report: Report): undefined => {
  const message = `the file is larger than ${maximumFileSize / 1024 / 1024} MiB`;
  report({ source, start: 0, end: 0 }, { code: 'file-too-large', message, hint: 'split it with `include`' });
  return undefined;
};

const parse = (source: Source, report: Report): Document | undefined => {
  if (refusesCharacters(source, report)) return undefined;
  const tokens = [...new Parser().parse(maskExpressions(source.text))] as Token[];
  const { depth, offset } = depthOf(tokens);
  if (depth > maximumDepth) {
    // The composer recurses; what is too deep for it must not reach it.
    report({ source, start: offset, end: offset + 1 }, tooDeep);
    return undefined;
  }
  const composer = new Composer({
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
    resolveKnownTags: false,
  });
  const documents = [...composer.compose(tokens as Parameters<Composer['compose']>[0], true, source.text.length)];
  const directive = tokens.find((token) => token.type === 'directive' && !/^%YAML\s+1\.2\s*$/.test(token.source ?? ''));
  if (directive)
    report(tokenPlace(source, directive), {
      code: 'directive',
      message: 'a YAML directive',
      expected: 'YAML 1.2 without directives',
    });
  const [, second] = documents;
  if (second) report({ source, start: second.range[0], end: second.range[0] + 3 }, severalDocuments);
  const syntax = explainSyntax(source, documents.slice(0, 1));
  for (const { place, finding } of syntax) report(place, finding);
  return directive || syntax.some((each) => each.fatal) ? undefined : documents[0];
};

const tooDeep: Finding = { code: 'too-deep', message: `nested more than ${maximumDepth} levels deep` };
const severalDocuments: Finding = {
  code: 'several-documents',
  message: 'a second YAML document starts here',
  expected: 'one document a file',
};

const tokenPlace = (source: Source, token: Token): Place => ({
  source,
  start: token.offset,
  end: token.offset + (token.source?.length ?? 1),
});

/** Control characters, and the few characters that stand in for an expression's brackets while YAML reads the text. */
const refusesCharacters = (source: Source, report: Report): boolean => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  const match = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufdd0-\ufdef\uffff]/.exec(source.text);
  if (!match) return false;
  const code = match[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
  report(
    { source, start: match.index, end: match.index + 1 },
    { code: 'control-character', message: `the character U+${code}`, expected: 'text without control characters' },
  );
  return true;
};

const locate = (
  { source, value, origins }: { source: Source; value: unknown; origins: Origins },
  path: readonly Key[],
  where: 'key' | 'value',
): Place => {
  let place: Place = { source, start: 0, end: 0 };
  let container: unknown = value;
  for (const [index, key] of path.entries()) {
    if (typeof container !== 'object' || container === null) break;
    const last = index === path.length - 1;
    place = origins.placeAt(container, key, last ? where : 'key') ?? place;
    container = Object.hasOwn(container, key) ? (container as Record<Key, unknown>)[key] : undefined;
  }
  return place;
};
