// Fills a Liquid template. Strict: an unknown variable or filter is an error with its place; LiquidJS is loaded with the first one.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Liquid, LiquidErrors, Template } from 'liquidjs';
import { StepError } from '../core/failure.ts';

/** Templates come with the workflow: a runaway one ends as an error, not as a hang. */
const limits = { renderLimit: 10_000, memoryLimit: 2e8, parseLimit: 2e8 };

/** @throws StepError, for a template is of the project: file:line:column, what is wrong there, and the lines around it. */
export const renderTemplate = async (template: string, values: Readonly<Record<string, unknown>>): Promise<string> => {
  try {
    const engine = await engineFor(dirname(template));
    // Not step by step: thousands of promises cost more than the text they make.
    return String(engine.renderSync(await parsed(engine, template), { ...values }));
  } catch (error) {
    const { file, line, column, message, around } = await placed(error, template);
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    throw new StepError(`${place}: ${message}`, { final: true, tail: around });
  }
};

/** What is wrong with the syntax of a text, read as the template of that path; undefined when nothing is. */
export const templateFault = async (template: string, text: string): Promise<SyntaxFault | undefined> => {
  try {
    (await engineFor(dirname(template))).parse(text, template);
    return undefined;
  } catch (error) {
    const { line = 1, column = 1, message } = await placed(error, template);
    return { line, column, message };
  }
};

interface SyntaxFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** By folder: making one costs more than a small template does. */
const engines = new Map<string, Liquid>();

const engineFor = async (folder: string): Promise<Liquid> => {
  const known = engines.get(folder);
  if (known) return known;
  const { Liquid } = await import('liquidjs');
  const engine = new Liquid({
    ...limits,
    root: readableFrom(folder),
    extname: '.liquid',
    // A file reads the same wherever it is made; and to ask the host for its own takes as long as many templates.
    locale: 'en-US',
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
  });
  engines.set(folder, engine);
  return engine;
};

interface Parsed {
  readonly text: string;
  readonly templates: Template[];
}

/** Each template as it was last parsed; many devices have the same. It counts while its file has the same text. */
const parsedTemplates = new Map<string, Parsed>();

const parsed = async (engine: Liquid, template: string): Promise<Template[]> => {
  const text = await readFile(template, 'utf8');
  const known = parsedTemplates.get(template);
  if (known?.text === text) return known.templates;
  const templates = engine.parse(text, template);
  parsedTemplates.set(template, { text, templates });
  return templates;
};

/** What a template may read with render and include: beside it, and all of the `assets` folder it lies in; nothing above. */
const readableFrom = (folder: string): string[] => {
  const assets = ancestorNamed('assets', folder);
  return assets === undefined || assets === folder ? [folder] : [folder, assets];
};

const ancestorNamed = (name: string, folder: string): string | undefined => {
  if (basename(folder) === name) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : ancestorNamed(name, parent);
};

interface Token {
  readonly file?: string | undefined;
  /** All of the text it stands in. */
  readonly input: string;
  getPosition(): number[];
}

interface Placed {
  readonly message: string;
  readonly context?: string | undefined;
  readonly token?: Token | undefined;
}

interface Explained extends Partial<SyntaxFault> {
  readonly file: string;
  readonly message: string;
  /** The lines around it. */
  readonly around: readonly string[];
}

const placed = async (error: unknown, template: string): Promise<Explained> => {
  const { message, context, token } = firstOf(error);
  if (!token) return { file: template, message, around: [] };
  const [line = 1, column = 1] = token.getPosition();
  const file = token.file ?? (await fileWith(token.input, template));
  // LiquidJS appends the place to its words; it comes first here, where terminals make a link of it.
  const words = message.replace(/(, file:.*)?, line:\d+, col:\d+$/s, '');
  return { file, line, column, message: words, around: context ? context.split('\n') : [] };
};

/** Syntax errors may come several at a time. */
const firstOf = (error: unknown): Placed => (error as LiquidErrors).errors?.[0] ?? (error as Placed);

/** LiquidJS does not know the file of a variable, only its text: that of the template, or of one it may read. */
const fileWith = async (text: string, template: string): Promise<string> => {
  const names = await Promise.all(
    readableFrom(dirname(template)).map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  for (const path of [template, ...names.flat().filter((name) => name.endsWith('.liquid'))])
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return path;
  return template;
};
