// Who you are (along the top) and where you can go (on the left).
import { avatar, h, icon } from './dom.js';
import { unreadCount, workspace } from './workspace.js';

export const HOME = 'home'; // the address (#home) of the app's Home tab
const at = (id) => document.getElementById(id);

addEventListener('keydown', ({ key }) => { if (key === 'Escape') toggleSidebar(false); });
at('menu').addEventListener('click', () => toggleSidebar(document.body.dataset.sidebar !== 'open'));
at('main').addEventListener('click', () => toggleSidebar(false));

export function drawPeople() {
  const people = [...workspace.users.values()].filter((user) => !user.is_bot && !user.deleted);
  at('people').replaceChildren(...people.map((user) => h('a', {
    class: 'person', href: `?user=${user.id}${location.hash}`, title: `${user.real_name}, ${user.email}`,
    'data-user': user.id, 'aria-current': user.id === workspace.me && 'true',
  }, avatar(user, 'small'), h('span', {}, user.real_name), user.guest && h('i', {}, 'guest'))));
}

export function drawSidebar(here) {
  const all = [...workspace.channels.values()];
  const entry = (target, unread, ...label) => h('a', {
    href: `#${target}`, class: `entry ${unread ? 'unread' : ''}`, 'data-channel': target,
    'aria-current': here === target && 'page',
  }, label, unread > 0 && h('span', { class: 'count', 'aria-label': `${unread} unread` }, String(unread)));
  const unreadIn = ({ id }) => (id === here ? 0 : unreadCount(id));
  const conversation = (channel) => entry(channel.id, unreadIn(channel), titleOf(channel, 'small'));
  const open = all.filter(({ kind, is_archived: archived }) => kind === 'channel' && !archived);
  const im = findIm();
  at('team').textContent = workspace.team.name;
  at('channels').replaceChildren(
    h('h3', {}, 'Channels'), ...open.map(conversation),
    h('h3', {}, 'Apps'), ...(im ? [conversation(im)] : []), entry(HOME, 0, icon('home'), h('span', {}, 'Home')));
  const waiting = all.reduce((sum, channel) => sum + unreadIn(channel), 0);
  document.title = `${waiting ? `(${waiting}) ` : ''}${at('title').textContent} - ${workspace.team.name}`;
}

export function titleOf(channel, size = '') {
  if (channel.kind === 'channel') return [icon(channel.is_private ? 'lock' : 'hash'), h('span', {}, channel.name)];
  const bot = [...workspace.users.values()].find((user) => user.is_bot);
  return bot ? [avatar(bot, size), h('span', {}, bot.real_name)] : ['App'];
}

export function findIm() {
  return [...workspace.channels.values()].find(({ kind }) => kind === 'im');
}

export function toggleSidebar(open) {
  document.body.dataset.sidebar = open ? 'open' : '';
  at('menu').ariaExpanded = String(open);
}
