// The one list of the step types and probe types that come with `lab`, product by product.
import type { Registry } from '../src/engine/step-type.ts';
import * as cilium from './cilium/index.ts';
import * as containerlab from './containerlab/index.ts';
import * as docker from './docker/index.ts';
import * as frr from './frr/index.ts';
import * as kubernetes from './kubernetes/index.ts';
import * as metallb from './metallb/index.ts';
import * as minikube from './minikube/index.ts';
import * as netns from './netns/index.ts';
import * as service from './service/index.ts';
import * as srlinux from './srlinux/index.ts';
import * as system from './system/index.ts';

const products = [system, netns, frr, service, docker, containerlab, minikube, kubernetes, cilium, metallb, srlinux];

export const builtIn: Registry = {
  steps: new Map(products.flatMap(({ steps }) => steps).map((type) => [type.name, type])),
  probes: new Map(products.flatMap(({ probes }) => probes).map((type) => [type.name, type])),
};
