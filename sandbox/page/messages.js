// Messages as rows: author, time, text or blocks, thread summary, and what can be done with one.
import { drawBlocks } from './blocks.js';
import { shortcutItems } from './composer.js';
import { clock, dayLabel, fullTime, ofTs } from './dates.js';
import { avatar, h, icon, iconButton, reconcile } from './dom.js';
import { stateOf } from './fields.js';
import { mrkdwn } from './mrkdwn.js';
import { popup } from './popup.js';
import { click, messagesOf, shortcuts, timeline, workspace } from './workspace.js';

const GROUP_S = 300; // a following message of the same author within this time has no heading of its own
const PAGE = 200;
const STRANGER = { real_name: 'Slackbot', is_bot: false };

/**
 * Keeps `list` showing `messages`; a row is drawn anew only when its message, replies or heading changed.
 * `start` uses a message shortcut; `openThread` is missing in a thread.
 */
export function messageList(list, start, openThread) {
  let rows = new Map();
  let limit = PAGE;
  return function draw(messages, beginning = null, inThread = false) {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    const next = new Map();
    const earlier = () => h('button', { class: 'link', click: more }, 'Show earlier messages');
    const nodes = [messages.length > limit ? earlier() : beginning].filter(Boolean);
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
      draw(messages, beginning, inThread);
    }
  };

  function rowFor(message, compact, inThread) {
    const replies = inThread || !message.reply_count ? []
      : timeline(message.channel, message.ts).filter((reply) => !reply.ephemeral_for);
    const old = rows.get(message.ts);
    if (old?.message === message && old.compact === compact && old.replies === replies.length) return old;
    const surface = { fields: [], kept: stateOf(old?.fields ?? []) };
    const node = drawRow(message, compact, replies, surface, start, inThread ? null : openThread);
    return { message, compact, replies: replies.length, fields: surface.fields, node };
  }
}

function drawRow(message, compact, replies, surface, start, openThread) {
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
      message.subtype === 'thread_broadcast' && broadcastNote(message, openThread),
      drawContent(message, surface),
      replies.length > 0 && threadSummary(message, replies, openThread)),
    !message.ephemeral_for && h('div', { class: 'toolbar' },
      openThread && iconButton('reply', 'Reply in thread', () => openThread(message.thread_ts ?? message.ts)),
      shortcuts('message').length > 0 && messageMenu(message, start)));
}

function messageMenu(message, start) {
  const summary = h('summary', { class: 'icon-button', 'aria-label': 'More message actions' }, icon('more'));
  const menu = h('div', { class: 'menu' });
  const node = popup('message-menu', summary, menu);
  const choose = (shortcut) => start(shortcut, message);
  menu.append(...shortcutItems('message', node, choose));
  return node;
}

/** Where a reply that shows in the channel comes from; in its thread, that it does show there. */
function broadcastNote({ channel, thread_ts: root }, openThread) {
  if (!openThread) return h('p', { class: 'broadcast' }, 'Also sent to the channel');
  const about = messagesOf(channel).get(root)?.text?.split('\n')[0] ?? '';
  return h('p', { class: 'broadcast' }, 'Replied to a thread: ',
    h('button', { class: 'link', click: () => openThread(root) }, mrkdwn(about || 'a message')));
}

function drawContent(message, surface) {
  const { channel, ts, blocks, text, edited } = message;
  const mark = edited && h('span', { class: 'edited' }, '(edited)');
  if (!blocks?.length) return h('div', { class: 'text' }, mrkdwn(text), mark);
  const act = (...clicked) => click({ channel, ts }, ...clicked);
  return [drawBlocks(blocks, { ...surface, act }), mark];
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
