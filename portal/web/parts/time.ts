const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** An instant in the city's time (UTC+8): `2026-03-01 08:15:30`. What is no instant is shown as it is. */
export function cityTime(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const field = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${field['year']}-${field['month']}-${field['day']} ${field['hour']}:${field['minute']}:${field['second']}`;
}

/** The city's day of an instant; a calendar day stays as it is. */
export function cityDate(instant: string): string {
  return DAY.test(instant) ? instant : cityTime(instant).slice(0, 10);
}
