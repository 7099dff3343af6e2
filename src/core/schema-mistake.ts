// The first mistake that a schema found, in words.
import type { z } from 'zod';

/** Its place and what is wrong there: `steps.0.name: Invalid input: expected string, and it is missing`. */
export const schemaMistake = ({ issues: [issue] }: z.ZodError): string => {
  const place = issue?.path.join('.') ?? '';
  const mistake = issue?.message.replace(/, received undefined$/, ', and it is missing') ?? 'it does not fit';
  return `${place === '' ? '' : `${place}: `}${mistake}`;
};
