// Messages as rows: author, time, text or blocks, thread summary; and the box that writes new ones.
import { drawBlocks } from './blocks.js';
import { clock, dayLabel, fullTime, ofTs } from './dates.js';
import { avatar, h, icon, iconButton, reconcile } from './dom.js';
import { mrkdwn } from './mrkdwn.js';
import { click, timeline, workspace } from './workspace.js';

const GROUP_S = 300; // a following message of the same author within this time has no heading of its own
const PAGE = 200;
const STRANGER = { real_name: 'Slackbot', is_bot: false };

/** Keeps `list` showing `messages`; a row is drawn anew only when its message, replies or heading changed. */
export function messageList(list, openThread) {
  let rows = new Map();
  let limit = PAGE;
  return function draw(messages, start = null, inThread = false) {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    const next = new Map();
    const earlier = () => h('button', { class: 'link', click: more }, 'Show earlier messages');
    const nodes = [messages.length > limit ? earlier() : start].filter(Boolean);
    messages.slice(-limit).forEach((message, at, all) => {
      const before = all[at - 1];
      if (!inThread && !sameDay(before, message)) nodes.push(dayDivider(message));
      const row = rowFor(message, joined(before, message), inThread);
      next.set(message.ts, row);
      nodes.push(row.node);
    });
    rows = next;
    reconcile(list, nodes);
    if (atEnd) list.scrollTop = list.scrollHeight;

    function more() {
      limit += PAGE;
      draw(messages, start, inThread);
    }
  };

  function rowFor(message, compact, inThread) {
    const replies = inThread || !message.reply_count ? [] : timeline(message.channel, message.ts);
    const old = rows.get(message.ts);
    if (old?.message === message && old.compact === compact && old.replies === replies.length) return old;
    const node = drawRow(message, compact, replies, inThread ? null : openThread);
    return { message, compact, replies: replies.length, node };
  }
}

function drawRow(message, compact, replies, openThread) {
  const author = workspace.users.get(message.user) ?? STRANGER;
  const when = ofTs(message.ts);
  const time = h('time', { datetime: when.toISOString(), title: fullTime(when) }, clock(when));
  const kind = `message ${compact ? 'compact' : ''} ${message.ephemeral_for ? 'ephemeral' : ''}`;
  const badge = author.is_bot && h('span', { class: 'badge' }, 'APP');
  const name = `${author.real_name}, ${clock(when)}`;
  return h('article', { class: kind, 'data-ts': message.ts, 'aria-label': name },
    h('div', { class: 'gutter' }, compact ? time : avatar(author)),
    h('div', { class: 'message-body' },
      message.ephemeral_for && h('p', { class: 'only-you' }, icon('eye'), 'Only visible to you'),
      !compact && h('p', { class: 'byline' }, h('b', {}, author.real_name), badge, time),
      drawContent(message),
      replies.length > 0 && threadSummary(message, replies, openThread)),
    openThread && !message.ephemeral_for
      && iconButton('reply', 'Reply in thread', () => openThread(message.ts), 'reply'));
}

function drawContent(message) {
  const { channel, ts, blocks, text, edited } = message;
  const mark = edited && h('span', { class: 'edited' }, '(edited)');
  if (!blocks?.length) return h('div', { class: 'text' }, mrkdwn(text), mark);
  return [drawBlocks(blocks, { act: (...clicked) => click({ channel, ts }, ...clicked) }), mark];
}

function threadSummary(message, replies, openThread) {
  const ids = [...new Set(replies.map(({ user }) => user))].slice(0, 4);
  const people = ids.map((id) => workspace.users.get(id) ?? STRANGER);
  const last = ofTs(replies.at(-1).ts);
  return h('button', { class: 'thread-summary', click: () => openThread(message.ts) },
    people.map((user) => avatar(user, 'small')),
    h('b', {}, replies.length === 1 ? '1 reply' : `${replies.length} replies`),
    h('span', { class: 'muted' }, `Last reply ${dayLabel(last).toLowerCase()} at ${clock(last)}`));
}

function dayDivider({ ts }) {
  return h('div', { class: 'day', role: 'separator' }, h('span', {}, dayLabel(ofTs(ts))));
}

function sameDay(before, message) {
  return before && ofTs(before.ts).toDateString() === ofTs(message.ts).toDateString();
}

function joined(before, message) {
  const plain = (one) => !one.blocks?.length && !one.ephemeral_for;
  return Boolean(before) && before.user === message.user && plain(before) && plain(message)
    && sameDay(before, message) && message.ts - before.ts < GROUP_S;
}

/** A text box that sends on Enter; Shift+Enter starts a new line. */
export function composer(label, send) {
  const box = h('textarea', { rows: 1, placeholder: label, 'aria-label': label, keydown: (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  } });
  const form = h('form', { class: 'composer', submit: (event) => {
    event.preventDefault();
    const text = box.value.trim();
    box.value = '';
    if (text) send(text);
  } }, box, h('button', { class: 'icon-button', 'aria-label': 'Send' }, icon('send')));
  return form;
}
