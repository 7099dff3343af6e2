// Whether bash can read the scripts of steps, with references to variables where values will stand, as the engine passes them.
import { ExpressionError } from '../core/expression.ts';
import { ShellTextError, shellText } from '../core/shell-text.ts';
import type { Context } from './context.ts';
import { isMap, type Plain } from './merge.ts';
import type { LinkedStep } from './order.ts';

interface Script {
  readonly owner: Plain;
  readonly value: string;
  readonly script: string;
}

export const checkScripts = async (context: Context, steps: readonly LinkedStep[]): Promise<void> => {
  const scripts = steps
    .flatMap(({ step }: { step: Plain }) => [step, step['undo']])
    .flatMap((owner) => (isMap(owner) ? scriptOf(context, owner) : []));
  const faults = (await context.request.scriptFaults?.(scripts.map(({ script }) => script))) ?? [];
  for (const [index, { owner, value, script }] of scripts.entries()) {
    const fault = faults[index];
    if (fault)
      reportAt(context, owner, {
        value,
        at: startOfLine(script, value, fault.line),
        message: `bash: ${fault.message}`,
      });
  }
};

const scriptOf = (context: Context, owner: Plain): readonly Script[] => {
  const value = owner['shell'];
  if (typeof value !== 'string') return [];
  try {
    return [{ owner, value, script: shellText(value, 'LAB_VALUE_').script }];
  } catch (error) {
    if (error instanceof ShellTextError) reportAt(context, owner, { value, at: 0, message: error.message });
    // What is wrong with an expression itself is told where expressions are checked.
    else if (!(error instanceof ExpressionError)) throw error;
    return [];
  }
};

/** Where a line of the script begins in the text it was made from. The script's end may be one line further. */
const startOfLine = (script: string, value: string, line: number): number => {
  const lines = value.trimEnd().split('\n');
  if (script.split('\n').length !== value.split('\n').length) return 0;
  const before = lines.slice(0, Math.min(line, lines.length) - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0);
};

const reportAt = (
  { origins, report }: Context,
  owner: Plain,
  { value, at, message }: { value: string; at: number; message: string },
): void => {
  const indent = /^[ \t]*/.exec(value.slice(at))?.[0].length ?? 0;
  const length =
    value
      .slice(at + indent)
      .split('\n')[0]
      ?.trimEnd().length ?? 0;
  const place = origins.placeWithin(owner, 'shell', { at: at + indent, length, value });
  if (place) report(place, { code: 'wrong-script', message });
};
