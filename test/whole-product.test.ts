import { afterAll, beforeAll, describe } from 'vitest';
import { cityActivationTests } from './acceptance/city-activation.ts';
import { operatorKitTests } from './acceptance/operator-kit.ts';
import { commandLineTests } from './bad-input/command-line.ts';
import { purchaseFileTests } from './bad-input/purchase-files.ts';
import { startTests } from './bad-input/start.ts';
import { cancellationTests } from './card-issuing/cancellation.ts';
import { ownCancellationTests } from './card-issuing/own-cancellation.ts';
import { cardLifeTests } from './card-issuing/card-life.ts';
import { cardCommandTests } from './card-issuing/card-commands.ts';
import { counterDeskTests } from './card-issuing/counter-desk.ts';
import { counterReaderTests } from './card-issuing/counter-readers.ts';
import { counterTests } from './card-issuing/counter.ts';
import { legacyAndGroupTests } from './card-issuing/legacy-and-groups.ts';
import { passOnCardTests } from './card-issuing/passes.ts';
import { personalisationTests } from './card-issuing/personalisation.ts';
import { batchTests } from './card-issuing/batches.ts';
import { productionTests } from './card-issuing/production.ts';
import { readBackTests } from './card-issuing/read-back.ts';
import { stockTests } from './card-issuing/stock.ts';
import { residentTests } from './card-issuing/residents.ts';
import { roleTests } from './card-issuing/roles.ts';
import { portalTypesTests } from './documentation/portal-types.ts';
import { routePageTests } from './documentation/routes.ts';
import { billerTests } from './industries/billers.ts';
import { thirteenthIndustryTests } from './industries/thirteenth.ts';
import { corpusTests } from './fuzz/corpus-replay.ts';
import { startTestCity, type TestCity } from './installation.ts';
import { pythonTerminalTests } from './python-terminal/python-terminal.ts';
import { nothingInClear } from './secrets/nothing-in-clear.ts';
import { credits } from './terminal-interface/credits.ts';
import { loads } from './terminal-interface/loads.ts';
import { purchases } from './terminal-interface/purchases.ts';
import { secureLinkTests } from './terminal-interface/secure-links.ts';
import { shedding } from './terminal-interface/shedding.ts';
import { sessions } from './terminal-interface/sessions.ts';

/** Everything that is shown on a whole installation shares one: starting it costs more than most of what it shows. */
describe('the whole product', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await startTestCity();
  });
  afterAll(() => city.stop());

  /** As a terminal meets it, over TCP, spoken to by a codec and a cryptography that are not the product's. */
  describe('terminal interface', () => {
    sessions(() => city);
    secureLinkTests(() => city);
    loads(() => city);
    credits(() => city);
    purchases(() => city);
    shedding(() => city);
    corpusTests(() => city);
    pythonTerminalTests(() => city);
    operatorKitTests(() => city);
    cityActivationTests(() => city);
  });

  /** From an identity number to a card in a hand: over HTTP, and through the machine with chips that are not the product's. */
  describe('card issuing', () => {
    residentTests(() => city);
    personalisationTests(() => city);
    describe('card production', () => {
      productionTests(() => city);
      stockTests(() => city);
      batchTests(() => city);
      readBackTests(() => city);
    });
    counterTests(() => city);
    counterDeskTests(() => city);
    describe('counter readers', () => counterReaderTests(() => city));
    cardCommandTests(() => city);
    cancellationTests(() => city);
    ownCancellationTests(() => city);
    legacyAndGroupTests(() => city);
    cardLifeTests(() => city);
    passOnCardTests(() => city);
    roleTests(() => city);
  });

  /** Input that is wrong: each has its clear message, changes nothing and loses nothing. */
  describe('bad input', () => {
    purchaseFileTests(() => city);
    startTests(() => city);
    commandLineTests(() => city);
  });

  /** A day that ends: nothing after it goes on with the business day it began on. */
  describe('industries', () => {
    billerTests(() => city);
    thirteenthIndustryTests(() => city);
  });

  /** What is written about it. */
  describe('documentation', () => {
    routePageTests(() => city);
    portalTypesTests(() => city);
  });

  /** After all that: what somebody who copies the database and the files would have. */
  describe('what is left behind', () => {
    nothingInClear(() => city);
  });
});
