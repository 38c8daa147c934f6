/** Field 39 (terminal interface, section 4): what a terminal's maker and a support person read behind each code. */
export const responseCodes = {
  '00': 'done',
  '03': 'merchant unknown',
  '12': 'message or processing code not supported',
  '13': 'amount bad',
  '14': 'card unknown',
  '25': 'original not found',
  '30': 'format',
  '51': 'agent prefund or funds not enough',
  '54': 'card expired',
  '58': 'not allowed for this terminal',
  '61': 'amount over limit (load limit, purse cap)',
  '62': 'card restricted (hot-listed, lost)',
  '64': 'original amount differs',
  '68': 'host could not finish in time; repeat',
  '77': 'batch number wrong, sign on again',
  '90': 'day closing, repeat',
  '94': 'trace number reused with other content',
  '96': 'host fault, nothing was changed',
  '97': 'terminal not registered',
  '98': 'HSM or issuer city not reachable',
  A0: 'MAC wrong, sign on again',
  A1: 'MAC1 / TAC of the card wrong',
} as const;

export type ResponseCode = keyof typeof responseCodes;

const NEVER_STORED: ReadonlySet<string> = new Set(['30', '68', '90', '96', '97', '98', 'A0']);

/** Whether an answer with this code is kept for repeats. After the others the request is decided afresh. */
export function isStoredAnswer(code: ResponseCode): boolean {
  return !NEVER_STORED.has(code);
}
