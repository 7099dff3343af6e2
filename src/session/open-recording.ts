// `--record FILE`: writes down what the machine answered in a run, so that the run can be rehearsed elsewhere.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { RunState } from '../core/run-state.ts';
import type { Host } from '../engine/ports.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { ownFile } from '../project/files.ts';
import type { Opened } from '../project/open-workflow.ts';
import { version } from '../project/version-of-lab.ts';
import { recordingHost } from '../rehearse/recording-host.ts';
import { type TranscriptLine, transcriptFormat } from '../rehearse/transcript.ts';

export interface Recording {
  /** The machine, which is listened to. */
  readonly host: Host;
  /** Adds what the steps yielded. */
  close(state: RunState): void;
}

interface Parts {
  readonly file: string;
  readonly opened: Opened;
  readonly host: Host;
  readonly stateDir: string;
  readonly run: string;
}

/** @throws CliError 2 when the file can't be written. */
export const openRecording = ({ file, opened, host, stateDir, run }: Parts): Recording => {
  const fd = openOrExplain(file);
  const write = (line: TranscriptLine): void => {
    writeSync(fd, `${JSON.stringify(line)}\n`);
  };
  const { workflow, variant, masker, project } = opened;
  const names = { workflow: workflow.name, variant: variant.name };
  write({ type: 'transcript', format: transcriptFormat, ...names, version });
  return {
    host: recordingHost(host, { places: { projectDir: project.dir, stateDir, run }, masker, write }),
    close({ steps }) {
      for (const { address, outputs } of steps.values())
        if (Object.keys(outputs).length > 0) write({ type: 'outputs', step: address, outputs: masker.value(outputs) });
      closeSync(fd);
    },
  };
};

const openOrExplain = (file: string): number => {
  try {
    return openSync(file, ownFile, 0o600);
  } catch (error) {
    const { message } = error as Error;
    throw new CliError(exitCode.usage, `--record ${file}: ${message}`, error);
  }
};
