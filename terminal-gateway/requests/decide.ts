import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { packAnswer } from '../catalogue/answer.ts';
import type { MessageName } from '../catalogue/messages.ts';
import { answerOnce } from '../answers/answer-once.ts';
import { answerInSets } from '../answers/answer-set.ts';
import { balanceAnswerer } from '../authorisation/balance.ts';
import { answerEnquiry, payBill } from '../authorisation/bills.ts';
import { loadForm } from '../authorisation/loads.ts';
import { settleBatch } from '../batches/totals.ts';
import { confirmAdoption, sendHotlist } from '../lists/hotlist.ts';
import { confirmParameters, sendParameters } from '../lists/parameters.ts';
import { purchaseTaker } from '../uploads/messages.ts';
import { type Decision, type GatewayDeps, newReference, type RequestContext } from './context.ts';
import { defaultSetLimits } from './set-collector.ts';

export type Decider = (context: RequestContext) => Promise<OutgoingFrame>;

/** Narrows a context to the message its decider is for; the table below puts each under its own name. */
function forMessage<N extends MessageName>(
  name: N,
  decider: (context: RequestContext<N>) => Promise<OutgoingFrame>,
): [N, Decider] {
  return [name, (context) => decider(context as unknown as RequestContext<N>)];
}

/** For messages whose answer is made anew each time. */
function eachTime<N extends MessageName>(
  name: N,
  decider: (context: RequestContext<N>) => Promise<Decision>,
): [N, Decider] {
  return forMessage(name, async (context) => {
    const { code, fields } = await decider(context);
    const answer = {
      code,
      at: context.now,
      reference: newReference(context.now),
      ...(fields === undefined ? {} : { fields }),
    };
    return packAnswer(context.request.message, answer, true);
  });
}

/** 00 and nothing else: sign-off, echo. */
const acknowledge = (): Promise<Decision> => Promise.resolve({ code: '00' });

/** Which part decides which message of the table (terminal interface, section 3). The sign-on is not among them: it has no MAC. */
function decidersOf(deps: GatewayDeps): Map<MessageName, Decider> {
  const limits = { ...defaultSetLimits, ...deps.sets };
  const load = answerInSets(deps, loadForm, limits);
  return new Map<MessageName, Decider>([
    eachTime('signOff', acknowledge),
    eachTime('echo', acknowledge),
    eachTime('parameters', sendParameters),
    eachTime('parametersAdopted', confirmParameters),
    eachTime('hotlist', sendHotlist),
    eachTime('hotlistAdopted', confirmAdoption),
    eachTime('purseBalance', balanceAnswerer(deps)),
    forMessage('loadFromCash', load),
    forMessage('loadFromAccount', load),
    forMessage('loadResult', load),
    forMessage('loadReversal', load),
    forMessage('purchaseUpload', purchaseTaker(deps, limits)),
    forMessage('billPayment', payBill),
    eachTime('billEnquiry', answerEnquiry),
    forMessage('batchTotals', settleBatch),
    forMessage('batchUploadEnd', (context) =>
      answerOnce(context, { prepare: () => Promise.resolve(), decide: () => Promise.resolve({ code: '00' }) }),
    ),
  ]);
}

/** What decides messages for one gateway: requests that arrive at it together are decided together. */
export function createDecider(deps: GatewayDeps): Decider {
  const deciders = decidersOf(deps);
  return (context) => {
    const decider = deciders.get(context.request.name);
    if (decider === undefined) throw new Error(`no decider for ${context.request.name}`);
    return decider(context);
  };
}
