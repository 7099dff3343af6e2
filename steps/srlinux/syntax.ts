// What an SR Linux release calls things, and how many ports its chassis have. The configuration itself is the template's.
import { isAtLeast } from '../shared/release.ts';

export interface Syntax {
  /** Words before the number of equal paths: of any kind of session, and of iBGP alone. */
  readonly multipath: readonly string[];
  readonly ibgpMultipath: readonly string[];
  /** Around a policy's name: policies became lists in 24.7. */
  readonly open: string;
  readonly close: string;
}

export const syntaxOf = (release: string): Syntax => {
  if (!isAtLeast(release, '24.7'))
    return {
      multipath: ['max-paths-level-1', 'max-paths-level-2'],
      ibgpMultipath: ['max-paths-level-1'],
      open: '',
      close: '',
    };
  const list = { open: '[ ', close: ' ]' };
  if (!isAtLeast(release, '24.10')) return { multipath: ['maximum-paths'], ibgpMultipath: ['maximum-paths'], ...list };
  return {
    multipath: ['ebgp maximum-paths', 'ibgp maximum-paths'],
    ibgpMultipath: ['ibgp maximum-paths'],
    ...list,
  };
};

/** The chassis of the lab, as containerlab names them, and the highest port of each. */
export const chassis = { leaf: { type: 'ixr-d2l', ports: 56 }, spine: { type: 'ixr-d3l', ports: 32 } } as const;

/** A port of the model as the router calls it: e1-49 is ethernet-1/49. */
export const portName = (port: string): string => port.replace(/^e1-/, 'ethernet-1/');

/** The ports a chassis does not have. */
export const missingPorts = (role: keyof typeof chassis, ports: readonly string[]): readonly string[] =>
  ports.filter((port) => Number(port.replace('e1-', '')) > chassis[role].ports);
