/** Words of the page of long jobs. */
export const workEn = {
  title: 'Long jobs',
  about:
    'Reports, matches, proofs of the ledger and of the act log, validation of each open day, imports of residents and batches of cards, and how far each is. Leave the page and find them again.',
  none: 'There is no such job. Finance orders reports and matches, registrars import; or clear the filter.',
  orderedAt: 'Ordered',
  by: 'Ordered by',
  progress: 'Progress',
  finishedAt: 'Finished',
  failure: 'Reason of failure',
  stop: 'Can it be stopped',
  cancel: 'Withdraw',
  stopping: {
    validation: 'It cannot be stopped and need not be: it runs beside intake, and what is decided stays decided.',
    'ledger-proof': 'It can be withdrawn: it reads the ledger and changes nothing; order it again when it is wanted.',
    'act-log-proof':
      'It reads 5 000 lines at a time and goes on where it was after a break; there is no need to stop it.',
    reports: 'It cannot be stopped: no file leaves before it is whole, and a set that failed is ordered again.',
    match: 'It cannot be stopped: it notes differences and moves no money; it ends by itself.',
    'resident-import': 'The registrar decides: line by line, what is in stays, and it goes on where it was.',
    'card-batch': 'The card bureau pauses or cancels it; cards that are made stay.',
  },
};
