import { counterFace } from './counter/index.ts';
import type { Face } from './face.ts';
import { financeFace } from './finance/index.ts';
import { participantFace } from './participant/index.ts';
import { platformFace } from './platform/index.ts';
import { signInFace } from './sign-in/index.ts';

/** In the order in which somebody with several roles is led to them. */
export const faces: readonly Face[] = [counterFace, financeFace, participantFace, platformFace, signInFace];
