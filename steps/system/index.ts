// What every lab may use: files from templates, Debian packages, and probes of commands, files, ports and web pages.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { aptPackages } from './apt.ts';
import { commandProbe } from './command.ts';
import { fileProbe } from './file.ts';
import { httpProbe } from './http.ts';
import { tcpProbe } from './tcp.ts';
import { templateStep } from './template.ts';

export const steps = [templateStep, aptPackages] as readonly unknown[] as readonly StepType[];
export const probes = [commandProbe, httpProbe, tcpProbe, fileProbe] as readonly unknown[] as readonly ProbeType[];
