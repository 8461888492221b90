// The page itself: who you are, the sidebar, the conversation that is open, its thread, and the app's Home tab.
import { drawBlocks } from './blocks.js';
import { failureText } from './controls.js';
import { avatar, h, icon, reconcile } from './dom.js';
import { drawModal } from './modal.js';
import { composer, messageList } from './messages.js';
import { encode, mrkdwn } from './mrkdwn.js';
import { click, connect, markRead, messagesOf, post, timeline, unreadCount, workspace } from './workspace.js';

const HOME = 'home'; // the address (#home) of the app's Home tab
const at = (id) => document.getElementById(id);
const drawMessages = messageList(at('messages'), openThread);
const drawReplies = messageList(at('replies'));
const composers = new Map(); // by place, so that a draft outlives a look elsewhere
let thread = null; // ts of the message whose thread is open
let here = null; // the place that is drawn
let drawnHome; // the Home view that is drawn
let drawing = null; // the timer of the next drawing

connect(changed, (text) => { at('connection').textContent = text; });
addEventListener('hashchange', () => { thread = null; toggleSidebar(false); draw(); at('title').focus(); });
document.addEventListener('visibilitychange', draw);
addEventListener('keydown', ({ key }) => { if (key === 'Escape') toggleSidebar(false); });
at('menu').addEventListener('click', () => toggleSidebar(document.body.dataset.sidebar !== 'open'));
at('main').addEventListener('click', () => toggleSidebar(false));
at('close-thread').addEventListener('click', () => openThread(null));

function changed(event) {
  if (event?.type === 'message' || event?.type === 'ephemeral') announce(event.message);
  drawing ??= setTimeout(() => { drawing = null; draw(); });
}

function draw() {
  if (!workspace.channels.size) return;
  const moved = here !== place();
  here = place();
  if (here === HOME) drawHome(moved);
  else drawChannel(workspace.channels.get(here), moved);
  drawTabs();
  drawThread();
  drawPeople();
  drawSidebar();
  drawModal();
}

/** Where the address points: a channel's id or the Home tab; the first channel when it points nowhere. */
function place() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  return wanted === HOME || workspace.channels.has(wanted) ? wanted : workspace.channels.keys().next().value;
}

function drawChannel(channel, moved) {
  const list = at('messages');
  if (moved) {
    drawnHome = undefined;
    list.replaceChildren();
    at('title').replaceChildren(...titleOf(channel));
    at('composer').replaceChildren(composerFor(channel));
  }
  drawMessages(timeline(channel.id), beginning(channel));
  if (moved) list.scrollTop = list.scrollHeight;
  if (!document.hidden) markRead(channel.id);
}

function drawHome(moved) {
  if (moved) {
    post('/api/home', {});
    at('title').replaceChildren(...titleOf({ kind: 'im' }));
    at('composer').replaceChildren();
  }
  const view = workspace.home;
  if (drawnHome === view) return;
  drawnHome = view;
  const act = (...clicked) => click({ view_id: view.id }, ...clicked);
  const nothing = h('p', { class: 'muted' }, 'The app has not drawn its Home tab yet.');
  const content = view ? drawBlocks(view.blocks, { act }) : nothing;
  at('messages').replaceChildren(h('div', { class: 'home' }, content));
}

function drawTabs() {
  const im = findIm();
  const tab = (target, text) => h('a', { role: 'tab', href: `#${target}`, 'data-tab': text.toLowerCase(),
    'aria-selected': String(here === target) }, text);
  at('tabs').hidden = here !== HOME && here !== im?.id;
  at('tabs').replaceChildren(tab(HOME, 'Home'), ...(im ? [tab(im.id, 'Messages')] : []));
}

function openThread(root) {
  thread = root;
  draw();
  (root ? at('thread-composer').querySelector('textarea') : at('title')).focus();
}

function drawThread() {
  const root = here === HOME ? undefined : messagesOf(here).get(thread);
  at('thread').hidden = !root;
  if (!root) return at('thread-composer').replaceChildren();
  const key = `${here}/${root.ts}`;
  if (!composers.has(key)) composers.set(key, composer('Reply…', (text) => send(root.channel, text, root.ts)));
  reconcile(at('thread-composer'), [composers.get(key)]); // first: it takes height from the replies
  drawReplies([root, ...timeline(here, root.ts)], null, true);
}

function drawPeople() {
  const people = [...workspace.users.values()].filter((user) => !user.is_bot && !user.deleted);
  at('people').replaceChildren(...people.map((user) => h('a', {
    class: 'person', href: `?user=${user.id}${location.hash}`, title: `${user.real_name}, ${user.email}`,
    'data-user': user.id, 'aria-current': user.id === workspace.me && 'true',
  }, avatar(user, 'small'), h('span', {}, user.real_name), user.guest && h('i', {}, 'guest'))));
}

function drawSidebar() {
  const all = [...workspace.channels.values()];
  const entry = (channel, target = channel.id) => {
    const unread = channel.id && channel.id !== here ? unreadCount(channel.id) : 0;
    const current = here === target || (channel.kind === 'im' && here === HOME);
    return h('a', { href: `#${target}`, class: `entry ${unread ? 'unread' : ''}`, 'data-channel': target,
      'aria-current': current && 'page' }, titleOf(channel, 'small'),
    unread > 0 && h('span', { class: 'count', 'aria-label': `${unread} unread` }, String(unread)));
  };
  const open = all.filter(({ kind, is_archived: archived }) => kind === 'channel' && !archived);
  const im = findIm();
  at('team').textContent = workspace.team.name;
  at('channels').replaceChildren(
    h('h3', {}, 'Channels'), ...open.map((channel) => entry(channel)),
    h('h3', {}, 'Apps'), im ? entry(im) : entry({ kind: 'im' }, HOME));
  const waiting = all.reduce((sum, { id }) => sum + (id === here ? 0 : unreadCount(id)), 0);
  document.title = `${waiting ? `(${waiting}) ` : ''}${at('title').textContent} - ${workspace.team.name}`;
}

function titleOf(channel, size = '') {
  if (channel.kind === 'channel') return [icon('hash'), h('span', {}, channel.name)];
  const bot = [...workspace.users.values()].find((user) => user.is_bot);
  return bot ? [avatar(bot, size), h('span', {}, bot.real_name)] : ['App'];
}

function findIm() {
  return [...workspace.channels.values()].find(({ kind }) => kind === 'im');
}

function beginning(channel) {
  const text = channel.kind === 'im' ? 'This is the start of your messages with the app.'
    : `This is the very beginning of #${channel.name}.`;
  return h('p', { class: 'beginning muted' }, text);
}

function composerFor(channel) {
  const label = channel.kind === 'im' ? 'Message the app' : `Message #${channel.name}`;
  if (!composers.has(channel.id)) composers.set(channel.id, composer(label, (text) => send(channel.id, text)));
  return composers.get(channel.id);
}

async function send(channel, text, root) {
  const [, command, rest] = text.match(/^(\/\S+)\s*([\s\S]*)$/) ?? [];
  const answer = command ? await post('/api/command', { channel, command, text: rest })
    : await post('/api/say', { channel, text: withMentions(encode(text)), thread_ts: root });
  if (answer.ok) return;
  const what = command ? `\`${encode(command)}\` failed. ` : '';
  whisper(channel, what + encode(failureText(answer)), root);
}

/** `@ana` becomes a real mention, as Slack's own composer sends it. */
function withMentions(text) {
  const known = new Map([...workspace.users.values()].map(({ id, name }) => [name, id]));
  return text.replace(/(?<!\S)@([\w-]+)/g, (whole, name) => {
    const id = known.get(name.toLowerCase());
    return id ? `<@${id}>` : whole;
  });
}

/** A word from Slack itself to this person alone; it is gone with the next load. */
function whisper(channel, text, root) {
  const ts = (Date.now() / 1000).toFixed(6);
  const from = { user: 'USLACKBOT', ephemeral_for: workspace.me };
  messagesOf(channel).set(ts, { ts, channel, text, thread_ts: root, ...from });
  changed();
}

function announce({ channel, user, text }) {
  if (user === workspace.me) return;
  const who = workspace.users.get(user)?.real_name ?? 'Someone';
  const where = workspace.channels.get(channel);
  const line = h('p', {}, `${who}${where?.kind === 'channel' ? ` in ${where.name}` : ''}: `, mrkdwn(text));
  at('announcer').replaceChildren(...[...at('announcer').children].slice(-4), line);
}

function toggleSidebar(open) {
  document.body.dataset.sidebar = open ? 'open' : '';
  at('menu').ariaExpanded = String(open);
}
