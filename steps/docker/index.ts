// Containers of docker: images, interfaces, daemons and captures in them.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { dockerAddress } from './address.ts';
import { dockerCapture } from './capture.ts';
import { dockerContainers, dockerImage, dockerRoom } from './containers.ts';
import { dockerDaemons } from './daemons.ts';
import { dockerDress } from './dress.ts';

export const steps = [
  dockerImage,
  dockerAddress,
  dockerCapture,
  dockerDress,
  dockerDaemons,
] as readonly unknown[] as readonly StepType[];
export const probes = [dockerContainers, dockerRoom] as readonly unknown[] as readonly ProbeType[];
