// The stack of open modals: draws the top view, keeps what was typed, submits and closes.
import { drawBlocks } from './blocks.js';
import { failureText } from './controls.js';
import { avatar, h, iconButton } from './dom.js';
import { stateOf } from './fields.js';
import { plain } from './mrkdwn.js';
import { click, post, workspace } from './workspace.js';

const dialog = document.getElementById('modal');
const typed = new Map(); // view id -> what its fields held when it was last drawn
let shown = null; // {view, fields}

dialog.addEventListener('cancel', (event) => { event.preventDefault(); closeTop(); });

export function drawModal() {
  const view = workspace.views.at(-1);
  if (shown?.view === view) return;
  if (shown) typed.set(shown.view.id, stateOf(shown.fields));
  if (!view) return dismiss();
  const place = shown?.view.id === view.id ? whereIAm() : null;
  const fields = [];
  const act = (...clicked) => click({ view_id: view.id, state: stateOf(shown.fields) }, ...clicked);
  const surface = { fields, kept: typed.get(view.id) ?? view.state.values, act };
  shown = { view, fields };
  dialog.dataset.viewId = view.id;
  dialog.replaceChildren(drawForm(view, drawBlocks(view.blocks, surface)));
  if (!dialog.open) dialog.showModal();
  if (!place?.()) focusOnLoad(fields);
}

/** The element that asks for the focus gets it; otherwise the first, without leaving what is above it unread. */
function focusOnLoad(fields) {
  const asks = dialog.querySelector('[autofocus]');
  if (asks) asks.focus();
  else (fields[0]?.node ?? lastButton()).focus({ preventScroll: true });
}

/** Remembers the focus and how far the view is scrolled; calling it goes back there, if that is possible. */
function whereIAm() {
  const active = document.activeElement;
  const { actionId } = active.dataset;
  const { blockId } = active.closest('[data-block-id]')?.dataset ?? {};
  const scrolled = dialog.querySelector('.modal-body').scrollTop;
  return () => {
    dialog.querySelector('.modal-body').scrollTop = scrolled;
    const named = (attribute, value, root) =>
      [...(root?.querySelectorAll('*') ?? [])].find((one) => one.dataset[attribute] === value);
    const same = actionId && named('actionId', actionId, named('blockId', blockId, dialog));
    same?.focus();
    if (same?.matches('textarea, input:not([type])')) same.setSelectionRange(same.value.length, same.value.length);
    return same;
  };
}

function lastButton() {
  return [...dialog.querySelectorAll('footer button')].at(-1);
}

function dismiss() {
  shown = null;
  typed.clear();
  dialog.close();
}

function drawForm(view, blocks) {
  const bot = [...workspace.users.values()].find((user) => user.is_bot);
  return h('form', { submit, novalidate: true },
    h('header', {},
      workspace.views.length > 1 && iconButton('back', 'Back', closeTop),
      bot && avatar(bot, 'small'),
      h('h2', { id: 'modal-title' }, plain(view.title)),
      iconButton('close', 'Close', closeAll)),
    h('div', { class: 'modal-body' }, blocks),
    h('p', { class: 'modal-error', role: 'alert', hidden: true }),
    h('footer', {},
      h('button', { type: 'button', class: 'button', click: closeTop }, plain(view.close ?? { text: 'Close' })),
      view.submit && h('button', { class: 'button primary' }, h('span', { class: 'label' }, plain(view.submit)))));
}

async function submit(event) {
  event.preventDefault();
  const { view } = shown;
  const go = dialog.querySelector('footer .primary');
  if (go.ariaBusy === 'true') return;
  go.ariaBusy = 'true';
  const answer = await post('/api/submit', { view_id: view.id, state: stateOf(shown.fields) });
  go.ariaBusy = null;
  if (shown?.view.id !== view.id) return;
  showErrors(answer.errors ?? {});
  const notice = dialog.querySelector('.modal-error');
  notice.hidden = answer.ok || Boolean(answer.errors);
  notice.textContent = notice.hidden ? '' : `We had some trouble connecting. ${failureText(answer)}`;
}

/** Writes each message under its input and goes to the first. */
function showErrors(errors) {
  dialog.querySelectorAll('.field-error').forEach((old) => old.remove());
  const marked = [];
  for (const { block, node } of shown.fields) {
    const message = errors[block.block_id];
    node.ariaInvalid = message ? 'true' : null;
    if (!message) continue;
    node.after(h('p', { class: 'field-error', id: `${node.id}-error`, role: 'alert' }, message));
    node.setAttribute('aria-describedby', `${node.id}-error`);
    marked.push(node);
  }
  (marked[0]?.querySelector('input, summary') ?? marked[0])?.focus();
}

function closeTop() {
  return post('/api/close', { view_id: shown.view.id });
}

function closeAll() {
  return post('/api/close', { view_id: shown.view.id, all: true });
}
