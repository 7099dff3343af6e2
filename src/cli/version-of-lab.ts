// The version of this program; the build puts the number from package.json in.
declare const LAB_VERSION: string | undefined;

export const version: string = typeof LAB_VERSION === 'string' ? LAB_VERSION : '0.0.0-source';
