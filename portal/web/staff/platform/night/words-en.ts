/** Words of the night page; each reason why it stands still has its three sentences. */
export const nightEn = {
  title: 'Night',
  about:
    'How far the clearing day is, when it is expected to end, what is stuck, what happens if nothing is done, and the one safe next act. Looked at every 5 seconds.',
  next: 'What to do now',
  calm: 'All is well. Nothing has to be done now.',
  since: 'Since {at} ({ago}).',
  otherwise: 'If nothing is done:',
  goThere: 'Go there',
  tell: 'Tell a {role}.',
  noDay: 'There is no business day yet. A finance maker opens the first one.',
  tonight: 'Tonight: business day {date}',
  machinesEnd: 'The machines are expected to end',
  firstBus: 'First bus {at}',
  bankEnd: 'The bank is expected to be instructed',
  bankCutOff: 'The bank’s cut-off {at}',
  noCalendar: 'The calendar holds no working days of the next year; a finance maker enters them.',
  records: 'Records',
  stillUndecided: '{n} not decided yet',
  unknown: 'cannot be told yet',
  reachedAt: 'done {at}',
  expectedAt: 'expected {at}',
  usually: 'usually {span}',
  pace: 'From what each stage took on the last {n} business days; validation and pricing by the number of records.',
  noPace: 'There is no past day to measure by yet.',
  stuck: 'What is stuck',
  nothingStuck: 'Nothing is stuck.',
  days: 'Days that are not closed',
  day: 'Business day',
  undecided: 'Undecided',
  openPayments: 'Payments out',
  refusedPayments: 'Payments refused',
  alarms: 'Open alarms',
  noAlarms: 'There is no open alarm.',
  severity: 'Severity',
  lastAt: 'Last time',
  reasons: {
    'hsm-away': {
      what: 'The HSM does not answer',
      otherwise:
        'Loads are refused, the day stays where it is and payments miss the bank’s cut-off. No record that was received is lost.',
      act: 'Look at the HSM and bring its power and network back; everything else goes on by itself.',
    },
    'part-stands-still': {
      what: '“{subject}” stands still: it gave no sign in time',
      otherwise:
        'Nobody does its work: files, jobs or alarms that wait for it go on waiting. Nothing that came in is lost.',
      act: 'See on the page of services what it is at and in which process. Starting that process again is safe: everything goes on from the database.',
    },
    'books-differ': {
      what: 'Business day {subject} stopped: the books are not what was recorded',
      otherwise: 'The day stays as it is and nobody is paid for it; nothing wrong is paid either.',
      act: 'Do not edit the database. Have the act log proved, and hold what “ledger verify” says against a backup.',
    },
    'calendar-ends': {
      what: 'Payments of business day {subject} would fall behind the announced bank holidays',
      otherwise: 'The day stays priced and nobody is paid.',
      act: 'Enter the holidays of the next year from the official notice; a second person puts them in force.',
    },
    'day-fails': {
      what: 'Business day {subject} fails again and again',
      otherwise:
        'It is tried again by itself; while the cause stays it goes no further and may miss the bank’s cut-off.',
      act: 'Read the reason in the job queues and the log and mend the cause; do not change data by hand.',
    },
    'day-before': {
      what: 'Business day {subject} waits for the day before it',
      otherwise: 'It does not overtake; it goes on by itself when the day before has.',
      act: 'Look after what holds up the day before first.',
    },
    'records-undecided': {
      what: 'Validation of business day {subject} takes far longer than usual',
      otherwise: 'It goes on; at this pace it misses the first bus and the bank’s cut-off.',
      act: 'Look at the long jobs and let large matches and reports wait; do not interrupt validation.',
    },
    'not-cut-off': {
      what: 'Business day {subject} was not cut off',
      otherwise: 'What comes in still belongs to {subject}, and its settlement moves on.',
      act: 'A finance maker cuts this day off; doing it twice does no harm.',
    },
    'approval-missing': {
      what: 'The sheets of business day {subject} wait to be proposed',
      otherwise: 'Without approval nobody is paid; after the bank’s cut-off payments are a working day later.',
      act: 'A finance maker checks the sheets and proposes them.',
    },
    'approval-unconfirmed': {
      what: 'The sheets of business day {subject} wait for a second person',
      otherwise: 'Without the second person nobody is paid; after the bank’s cut-off payments are a working day later.',
      act: 'A finance checker opens the sheets, checks them and confirms.',
    },
    'payments-refused': {
      what: 'The bank refused payments of business day {subject}',
      otherwise: 'They stay with their sheets and the day does not close; other payments are not touched.',
      act: 'Check the account, then instruct them again or carry them on, as two persons.',
    },
    'bank-silent': {
      what: 'Payments of business day {subject} are due and the bank has not booked them',
      otherwise: 'The day does not close; nothing is paid twice.',
      act: 'Ask the bank for the receipts and the statement of that day; do not pay again.',
    },
    'jobs-failed': {
      what: 'There are failed jobs in queue {subject}',
      otherwise: 'They are kept for a week; what they were to do may not be done.',
      act: 'Read the reason, mend the cause and try again; every job may be repeated without harm.',
    },
    'files-refused': {
      what: '{subject} files were refused by other cities',
      otherwise: 'They are not sent again by themselves; their records are neither answered nor paid.',
      act: 'Open the list of refused files and speak to the city about the reason.',
    },
  },
};
