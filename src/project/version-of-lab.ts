// The version of this program; the build puts the number from package.json in.
declare const LAB_VERSION: string | undefined;
declare const LAB_BUILD: string | undefined;

export const version: string = typeof LAB_VERSION === 'string' ? LAB_VERSION : '0.0.0-source';

/** Differs between any two builds whose code differs; undefined when it runs from its sources. */
export const build: string | undefined = typeof LAB_BUILD === 'string' ? LAB_BUILD : undefined;
