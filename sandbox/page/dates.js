// Dates as Slack writes them. https://docs.slack.dev/messaging/formatting-message-text#date-formatting

const part = (options) => new Intl.DateTimeFormat('en-US', options);
const SHORT = part({ month: 'short', day: 'numeric', year: 'numeric' });
const MONTH = part({ month: 'long' });
const WEEKDAY = part({ weekday: 'long' });
const FULL = part({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
const TIME = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const SECONDS = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export const ofTs = (ts) => new Date(Number(ts) * 1000);
export const clock = (date) => TIME.format(date);
export const fullTime = (date) => `${FULL.format(date)} at ${SECONDS.format(date)}`;
export const dayLabel = (date) =>
  near(date) ?? `${WEEKDAY.format(date)}, ${MONTH.format(date)} ${ordinal(date)}`;

const FORMATS = {
  date_num: (d) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`,
  date_slash: (d) => `${two(d.getMonth() + 1)}/${two(d.getDate())}/${d.getFullYear()}`,
  date: long,
  date_short: (d) => SHORT.format(d),
  date_long: (d) => `${WEEKDAY.format(d)}, ${long(d)}`,
  date_full: long,
  date_long_full: (d) => FULL.format(d),
  date_pretty: (d) => near(d)?.toLowerCase() ?? long(d),
  date_short_pretty: (d) => near(d)?.toLowerCase() ?? SHORT.format(d),
  date_long_pretty: (d) => near(d)?.toLowerCase() ?? `${WEEKDAY.format(d)}, ${long(d)}`,
  day_divider_pretty: dayLabel,
  time: clock,
  time_secs: (d) => SECONDS.format(d),
  ago,
};

/** `format` with its {tokens} filled in; null, where Slack shows the fallback, for unknown tokens or no time. */
export function formatDate(seconds, format) {
  const date = ofTs(seconds);
  if (Number.isNaN(date.getTime())) return null;
  let known = true;
  const text = format.replace(/\{(\w*)\}/g, (_, name) => {
    known &&= Object.hasOwn(FORMATS, name);
    return known ? FORMATS[name](date) : '';
  });
  return known && text !== format ? text.charAt(0).toUpperCase() + text.slice(1) : null;
}

function long(date) {
  return `${MONTH.format(date)} ${ordinal(date)}, ${date.getFullYear()}`;
}

function near(date) {
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate());
  const days = Math.round((midnight(date) - midnight(new Date())) / 86_400_000);
  return { '-1': 'Yesterday', 0: 'Today', 1: 'Tomorrow' }[days];
}

function ago(date) {
  const seconds = (date - Date.now()) / 1000;
  const [size, unit] = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute']]
    .find(([length]) => Math.abs(seconds) >= length) ?? [1, 'second'];
  return AGO.format(Math.round(seconds / size), unit);
}

function ordinal(date) {
  const day = date.getDate();
  const teen = day > 10 && day < 14;
  return `${day}${(!teen && { 1: 'st', 2: 'nd', 3: 'rd' }[day % 10]) || 'th'}`;
}

function two(number) {
  return String(number).padStart(2, '0');
}
