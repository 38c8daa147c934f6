import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import { SmKernel } from './kernel-sm4.ts';
import { DesKernel } from './kernel-3des.ts';
import type { PurseKernel } from './purse-kernel.ts';

const kernels = { '3des': new DesKernel(), sm4: new SmKernel() } as const;

/** The kernel of a profile. There is one of each: whoever takes it uses it up before anything else may run. */
export function kernelOf(algorithm: CardAlgorithm): PurseKernel {
  return kernels[algorithm];
}
