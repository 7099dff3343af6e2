/** By tool, then by command. */
export const sources: Readonly<Record<string, Readonly<Record<string, string>>>>;

/** @throws when nobody said where the answers of this command are from */
export function commandOf(tool: string, args: readonly string[]): string;
