// What `ip` prints about an interface and routes, in the lines that iproute2 and BusyBox share. Pure.

export interface InterfaceState {
  readonly up: boolean;
  /** ADDRESS/LENGTH of each IPv4 address. */
  readonly addresses: readonly string[];
}

/** Reads `ip address show dev NAME`. */
export const interfaceState = (text: string): InterfaceState => ({
  up: /^\d+: [^<]*<[^>]*\bUP\b/m.test(text),
  addresses: [...text.matchAll(/^\s+inet (\d+\.\d+\.\d+\.\d+\/\d+)/gm)].map(([, address = '']) => address),
});

export interface Route {
  readonly to: string;
  readonly via: string;
  readonly device: string;
}

/** Reads `ip route show`; only routes through a gateway. */
export const routesIn = (text: string): readonly Route[] =>
  [...text.matchAll(/^(default|\d+\.\d+\.\d+\.\d+(?:\/\d+)?) via (\S+) dev (\S+)/gm)].map(
    ([, to = '', via = '', device = '']) => ({ to, via, device }),
  );
