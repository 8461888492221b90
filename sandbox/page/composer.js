// The box that writes a message, types a command or starts one of the app's shortcuts.
import { h, icon } from './dom.js';
import { popup } from './popup.js';
import { shortcuts, workspace } from './workspace.js';

/**
 * A text box that sends on Enter; Shift+Enter starts a new line. With `start(shortcut)` it offers the app's
 * commands and global shortcuts too, which Slack does not do in a thread.
 */
export function composer(label, send, start) {
  const box = h('textarea', { rows: 1, placeholder: label, 'aria-label': label, keydown, input: suggest, focus: suggest });
  const suggestions = h('div', { class: 'suggestions', hidden: true });
  const form = h('form', { class: 'composer', focusout: hide, submit: (event) => {
    event.preventDefault();
    const text = box.value.trim();
    box.value = '';
    suggest();
    if (text) send(text);
  } }, suggestions, start && shortcutMenu(start), box,
  h('button', { class: 'icon-button', 'aria-label': 'Send' }, icon('send')));
  return form;

  function keydown(event) {
    if (event.isComposing) return;
    const first = suggestions.querySelector('button');
    if (event.key === 'Tab' && first && !event.shiftKey) {
      event.preventDefault();
      first.click();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  function hide({ relatedTarget }) {
    if (relatedTarget && !suggestions.contains(relatedTarget)) suggestions.hidden = true;
  }

  function suggest() {
    const begun = start && /^\/\S*$/.test(box.value);
    const fitting = begun ? workspace.app.commands.filter(({ command }) => command.startsWith(box.value)) : [];
    suggestions.hidden = !fitting.length;
    suggestions.replaceChildren(...fitting.map((known) => h('button', { type: 'button', class: 'suggestion',
      click: () => { box.value = `${known.command} `; suggest(); box.focus(); } },
    h('b', {}, known.command), ' ', h('span', { class: 'muted' }, known.usage_hint),
    h('small', {}, known.description))));
  }
}

function shortcutMenu(start) {
  const summary = h('summary', { class: 'icon-button', 'aria-label': 'Shortcuts' }, icon('plus'));
  const menu = h('div', { class: 'menu' });
  const node = popup('shortcuts', summary, menu);
  node.addEventListener('toggle', () => menu.replaceChildren(...shortcutItems('global', node, start)));
  return node;
}

/** The app's shortcuts of a kind as items of a menu, which closes when one is chosen. */
export function shortcutItems(kind, menu, start) {
  const offered = shortcuts(kind);
  const bot = [...workspace.users.values()].find((user) => user.is_bot);
  const choose = (shortcut) => () => { menu.open = false; start(shortcut); };
  if (!offered.length) return [h('p', { class: 'muted' }, 'The app has no shortcuts here.')];
  return offered.map((shortcut) => h('button', { type: 'button', class: 'menu-item', click: choose(shortcut) },
    shortcut.name, h('small', {}, bot?.real_name)));
}
