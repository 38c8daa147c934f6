import type { MessageName } from '../catalogue/messages.ts';
import { responseCodes } from '../catalogue/response-codes.ts';
import type { ObservedMessage } from './observed-message.ts';

/** The messages as the table of the interface calls them. */
const messageWords: Readonly<Record<MessageName | 'unreadable', string>> = {
  signOn: 'sign-on',
  signOff: 'sign-off',
  echo: 'echo',
  parameters: 'parameters',
  parametersAdopted: 'parameters adopted',
  hotlist: 'hotlist',
  hotlistAdopted: 'hotlist adopted',
  purseBalance: 'purse balance',
  loadFromCash: 'load, cash at agent',
  loadFromAccount: 'load, bound account',
  loadResult: 'load result',
  loadReversal: 'load reversal',
  purchaseUpload: 'purchases, upload',
  billPayment: 'purchase with bill',
  billEnquiry: 'bill enquiry',
  batchTotals: 'batch totals',
  batchUploadEnd: 'batch upload end',
  unreadable: 'a message that could not be read as one of the table',
};

const NO_ANSWER = 'the link was closed without an answer; the terminal repeats';

/** What a person calls a message; one that a newer version has written is given by its name. */
export function wordsOfMessage(kind: string): string {
  return kind in messageWords ? messageWords[kind as keyof typeof messageWords] : kind;
}

/** What field 39 means. */
export function wordsOfCode(code: string): string {
  if (code === ('none' satisfies ObservedMessage['code'])) return NO_ANSWER;
  return code in responseCodes
    ? responseCodes[code as keyof typeof responseCodes]
    : 'a code this version does not know';
}
