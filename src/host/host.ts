// The machine as the engine's ports want it. Every promise is kept by the file it names; here they only meet.
import type { Host } from '../engine/ports.ts';
import { clock } from './clock.ts';
import { type RegisterGroup, runCommand } from './command.ts';
import { findByEnvironment } from './environment-search.ts';
import { leadsTo, listFolder, readText, removeFile, statFile, writeText } from './files.ts';
import { glanceAt } from './glance.ts';
import { endGroupOf, registerOpenGroup } from './group.ts';
import { hashFile } from './hash-file.ts';
import { exchange } from './http.ts';
import { identify, isAlive, ownIdentity, waitForEnd } from './process.ts';
import { renderTemplate } from './render.ts';
import { runScript } from './script.ts';
import { askUnixSocket, connectTcp } from './socket.ts';

export interface HostOptions {
  /** Told of every process group that must not outlive us; returns how to forget it. By default they end when our process exits. */
  readonly registerGroup?: RegisterGroup;
}

export const createHost = ({ registerGroup = registerOpenGroup }: HostOptions = {}): Host => ({
  clock,
  command: (request) => runCommand(request, registerGroup),
  script: (script, request) => runScript(script, request, registerGroup),
  http: exchange,
  tcp: connectTcp,
  unixSocket: askUnixSocket,
  readFile: readText,
  writeFile: writeText,
  removeFile,
  stat: statFile,
  leadsTo,
  glance: glanceAt,
  list: listFolder,
  hashFile,
  render: renderTemplate,
  identity: identify,
  self: ownIdentity,
  isAlive,
  findByEnvironment,
  endGroup: endGroupOf,
  waitForEnd,
  uid: process.getuid?.() ?? -1,
});
