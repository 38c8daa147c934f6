import { afterAll, beforeAll, describe } from 'vitest';
import { financeFlowTests } from './finance-flows.ts';
import { financeTests } from './finance.ts';
import { participantTests } from './participant.ts';
import { platformFormTests } from './platform-forms.ts';
import { platformTests } from './platform.ts';
import { counterFlowTests } from './counter-flows.ts';
import { counterNonsenseTests } from './counter-nonsense.ts';
import { counterPaperTests } from './counter-papers.ts';
import { counterTroubleTests } from './counter-trouble.ts';
import { counterTests } from './counter.ts';
import { counterBridgeTests } from './counter-bridge.ts';
import { residentTests } from './resident.ts';
import { shellTests } from './shell.ts';
import { signInTests } from './sign-in.ts';
import { startPortalWorld, type PortalWorld } from './world.ts';

/** Pages in a real browser, before the product as `npm start` serves it. One world for all faces: making it costs more than most of what it shows. */
describe('the portal', () => {
  let world: PortalWorld | undefined;
  beforeAll(async () => {
    world = await startPortalWorld();
  }, 300_000);
  afterAll(() => world?.stop(), 300_000);

  const started = (): PortalWorld => {
    if (world === undefined) throw new Error('the world did not start');
    return world;
  };

  describe('counter', () => counterTests(started));
  describe('counter acts', () => counterFlowTests(started));
  describe('counter trouble', () => counterTroubleTests(started));
  describe('counter papers', () => counterPaperTests(started));
  describe('counter nonsense', () => counterNonsenseTests(started));
  describe('bridge', () => counterBridgeTests(started));
  describe('shell', () => shellTests(started));
  describe('signing in', () => signInTests(started));
  describe('residents', () => residentTests(started));
  describe('participants', () => participantTests(started));
  describe('platform', () => platformTests(started));
  describe('forms of the platform', () => platformFormTests(started));
  // Before the faces that end the played day’s work: these begin with what waits.
  describe('flows of finance', () => financeFlowTests(started));
  describe('finance', () => financeTests(started));
});
