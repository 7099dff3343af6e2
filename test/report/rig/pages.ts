// Runs to make pages of: events written down, no machine needed.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { EventBody, PlannedStep, RunEvent } from '../../../src/core/event.ts';
import { fabric } from '../../../src/fabric/fabric.ts';
import { pageWording } from '../../../src/pages/page-wording.ts';
import { topologyOf } from '../../../src/pages/topology.ts';
import { elementStates, sightingsOf } from '../../../src/report/element-states.ts';
import { type PageInput, reportPage } from '../../../src/report/page.ts';
import { RunRecord } from '../../../src/report/run-record.ts';

const driver = { pid: 1, startTime: 1, bootId: 'b' };
export const began = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Numbers the events and puts each so many milliseconds after the start. */
export const eventsOf = (told: readonly (readonly [number, EventBody])[]): RunEvent[] =>
  told.map(([after, body], at) => ({ ...body, seq: at + 1, at: began + after }));

export const started: EventBody = {
  ...{
    type: 'run.started',
    run: '20260102-030405-deploy-abcd',
    workflow: 'deploy',
    variant: 'v',
    inputs: { leaves: 4 },
  },
  ...{ scope: {}, process: driver, version: '0.1.0', deploys: true },
};
export const resumed: EventBody = { type: 'run.resumed', process: driver, version: '0.1.0', scope: {} };
export const planned = (...steps: readonly (Partial<PlannedStep> & { address: string })[]): EventBody => ({
  type: 'run.planned',
  steps: steps.map((step) => ({ step: step.address.split('[')[0] ?? '', name: step.address, needs: [], ...step })),
});
export const start = (address: string, attempt = 1, command = 'do it'): EventBody => ({
  ...{ type: 'step.started', address, attempt, fingerprint: 'f', definition: {}, command, creates: [] },
});
export const acted = (address: string, durationMs: number, attempt = 1): EventBody => ({
  ...{ type: 'step.acted', address, attempt, durationMs },
});
export const finished = (
  address: string,
  durationMs: number,
  more: Partial<Extract<EventBody, { type: 'step.finished' }>> = {},
): EventBody => ({
  ...{
    type: 'step.finished',
    address,
    outcome: 'changed',
    outputs: {},
    evidence: [],
    attempts: 1,
    durationMs,
    creates: [],
  },
  ...more,
});
export const ended = (outcome: 'succeeded' | 'failed' | 'interrupted', durationMs: number): EventBody => ({
  ...{ type: 'run.finished', outcome, counts: {}, durationMs, facts: { service: 'http://192.0.2.1/' } },
});

let assets: Promise<PageInput['assets']> | undefined;

/** The page's script and style, built here, so that no older build is tested. */
export const builtAssets = (): Promise<PageInput['assets']> => {
  assets ??= bundle();
  return assets;
};

const bundle = async (): Promise<PageInput['assets']> => {
  const entryPoints = ['page.ts', 'page.css'].map((name) =>
    fileURLToPath(new URL(`../../../web/${name}`, import.meta.url)),
  );
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    minify: true,
    format: 'iife',
    write: false,
    outdir: '/',
    charset: 'utf8',
  });
  const text = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text.trimEnd() ?? '';
  return { script: text('.js'), style: text('.css') };
};

export const pageOf = async (
  events: readonly RunEvent[],
  more: Partial<PageInput> & { fabric?: Parameters<typeof fabric>[0] } = {},
): Promise<string> => {
  const record = new RunRecord(events);
  const topology = more.fabric && topologyOf(fabric(more.fabric));
  const states = topology && elementStates(topology, sightingsOf(record));
  return reportPage({
    ...{ record, words: pageWording, logs: [], assets: await builtAssets(), madeAt: began },
    hash: (text) => createHash('sha256').update(text).digest('base64'),
    ...(topology && states && { pictured: { topology, states, trace: undefined, source: 'as told' } }),
    ...more,
  });
};
