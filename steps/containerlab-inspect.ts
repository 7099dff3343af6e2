// What `containerlab inspect -f json` says of a lab, in the three shapes its releases have used. Pure.
import * as z from 'zod';

const nodeShape = z.object({
  lab_name: z.string(),
  name: z.string(),
  kind: z.string(),
  state: z.string(),
  image: z.string().optional(),
});
export type LabNode = Pick<z.infer<typeof nodeShape>, 'name' | 'kind' | 'state'>;

const answerShape = z.union([
  z.array(nodeShape),
  z.object({ containers: z.array(nodeShape).nullable() }),
  z.record(z.string(), z.array(nodeShape)),
]);

/** The nodes of a lab; none when it is not deployed, or the answer is a message instead of JSON. */
export const labNodes = (stdout: string, lab: string): readonly LabNode[] => {
  const read = answerShape.safeParse(jsonIn(stdout));
  if (!read.success) return [];
  const lists = Array.isArray(read.data) ? [read.data] : Object.values(read.data);
  return lists.flatMap((list) => list ?? []).filter((node) => node.lab_name === lab);
};

/** Some releases log to the same stream before they answer. */
const jsonIn = (text: string): unknown => {
  const start = text.search(/^[[{]/m);
  try {
    return start === -1 ? undefined : JSON.parse(text.slice(start));
  } catch {
    return undefined; // A message that begins with a bracket: no JSON either.
  }
};
