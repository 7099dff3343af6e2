// Step types for files of the project: one rendered from a Liquid template, so that it is exactly what its values say.
import * as z from 'zod';
import { defineStep, type StepContext } from '../../src/engine/step-type.ts';
import { fileInProject, leavesProject, leavesProjectMessage } from '../shared/file-in-project.ts';

const input = z.strictObject({
  template: z.string().describe('A Liquid template, relative to the project'),
  to: z
    .string()
    .refine((to) => !leavesProject(to), leavesProjectMessage)
    .describe('The file to write, relative to the project, which it may not leave; elsewhere by its absolute path'),
  values: z.record(z.string(), z.unknown()).default({}).describe('What the template reads, beside `model`'),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/)
    .default('644')
    .describe('Permission bits of the file, in octal'),
});
type Input = z.output<typeof input>;

const fileOf = ({ to }: Input, context: StepContext): Promise<string> => fileInProject(to, context);

const textOf = ({ template, values }: Input, context: StepContext): Promise<string> =>
  context.host.render(`${context.projectDir}/${template}`, { model: context.model, ...values });

export const templateStep = defineStep({
  name: 'template',
  summary: 'Renders a Liquid template into a file',
  input,
  outputs: { path: 'the file that was written' },
  files: ({ template }) => [template],
  describe: ({ template, to }) => `render ${template} to ${to}`,
  creates: ({ to }) => [{ kind: 'file', name: to }],
  async check(step, context) {
    const path = await fileOf(step, context);
    const [wanted, there] = await Promise.all([textOf(step, context), context.host.readFile(path)]);
    const saw =
      there === undefined ? 'not there' : there === wanted ? 'as rendered' : 'differs from what its values say';
    return { holds: there === wanted, saw, outputs: { path } };
  },
  async run(step, context) {
    const path = await fileOf(step, context);
    await context.host.writeFile(path, await textOf(step, context), Number.parseInt(step.mode, 8));
    return { path };
  },
  undo: async (step, context) => context.host.removeFile(await fileOf(step, context)),
  async absent(step, context) {
    const stat = await context.host.stat(await fileOf(step, context));
    return { holds: stat === undefined, saw: stat ? 'still there' : 'gone' };
  },
});
