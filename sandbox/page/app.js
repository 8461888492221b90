// The page itself: the conversation that is open, its thread, and the app's Home tab.
import { composer } from './composer.js';
import { h, reconcile } from './dom.js';
import { drawHome } from './home.js';
import { drawModal } from './modal.js';
import { messageList } from './messages.js';
import { mrkdwn } from './mrkdwn.js';
import { send, startShortcut } from './sending.js';
import { drawPeople, drawSidebar, findIm, HOME, titleOf, toggleSidebar } from './sidebar.js';
import { connect, markRead, messagesOf, post, timeline, workspace } from './workspace.js';

const at = (id) => document.getElementById(id);
const start = (...chosen) => startShortcut(changed, here, ...chosen);
const drawMessages = messageList(at('messages'), start, openThread);
const drawReplies = messageList(at('replies'), start);
const composers = new Map(); // by place, so that a draft outlives a look elsewhere
let thread = null; // ts of the message whose thread is open
let here = null; // the place that is drawn
let drawing = null; // the timer of the next drawing

connect(changed, (text) => { at('connection').textContent = text; });
addEventListener('hashchange', () => { thread = null; toggleSidebar(false); draw(); at('title').focus(); });
document.addEventListener('visibilitychange', draw);
at('close-thread').addEventListener('click', () => openThread(null));

function changed(event) {
  if (event?.type === 'message' || event?.type === 'ephemeral') announce(event.message);
  drawing ??= setTimeout(() => { drawing = null; draw(); });
}

function draw() {
  if (!workspace.channels.size) return;
  const moved = here !== place();
  here = place();
  const channel = workspace.channels.get(here);
  if (moved) drawPlace(channel);
  if (channel) drawChannel(channel, moved);
  else drawHome(at('messages'), moved);
  drawTabs();
  drawThread();
  drawPeople();
  drawSidebar(here);
  drawModal();
}

/** Where the address points: a channel's id or the Home tab; the first channel when it points nowhere. */
function place() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  return wanted === HOME || workspace.channels.has(wanted) ? wanted : workspace.channels.keys().next().value;
}

function drawPlace(channel) {
  at('messages').replaceChildren();
  at('title').replaceChildren(...titleOf(channel ?? { kind: 'im' }));
  at('composer').replaceChildren(...(channel ? [composerFor(channel)] : []));
  if (channel?.kind !== 'channel') post('/api/home', { tab: channel ? 'messages' : 'home' });
}

function drawChannel(channel, moved) {
  drawMessages(timeline(channel.id), beginning(channel));
  if (moved) scrollDown();
  if (!document.hidden) markRead(channel.id);
}

/** Whoever is at the end stays there, so that one sees what comes of one's words. */
function scrollDown() {
  at('messages').scrollTop = at('messages').scrollHeight;
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
  const say = (text) => send(changed, root.channel, text, root.ts);
  if (!composers.has(key)) composers.set(key, composer('Reply…', say));
  reconcile(at('thread-composer'), [composers.get(key)]); // first: it takes height from the replies
  drawReplies([root, ...timeline(here, root.ts)], null, true);
}

function beginning(channel) {
  const text = channel.kind === 'im' ? 'This is the start of your messages with the app.'
    : `This is the very beginning of #${channel.name}.`;
  return h('p', { class: 'beginning muted' }, text);
}

function composerFor(channel) {
  const label = channel.kind === 'im' ? 'Message the app' : `Message #${channel.name}`;
  const say = (text) => { scrollDown(); send(changed, channel.id, text); };
  if (!composers.has(channel.id)) composers.set(channel.id, composer(label, say, start));
  return composers.get(channel.id);
}

function announce({ channel, user, text }) {
  if (user === workspace.me) return;
  const who = workspace.users.get(user)?.real_name ?? 'Someone';
  const where = workspace.channels.get(channel);
  const line = h('p', {}, `${who}${where?.kind === 'channel' ? ` in ${where.name}` : ''}: `, mrkdwn(text));
  at('announcer').replaceChildren(...[...at('announcer').children].slice(-4), line);
}
