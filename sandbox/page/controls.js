// Block Kit's interactive elements. https://docs.slack.dev/reference/block-kit/block-elements
import { h, icon } from './dom.js';
import { FIELDS, initialValue } from './fields.js';
import { link, plain, textObject } from './mrkdwn.js';
import { popup } from './popup.js';

const BUTTONS = { button, overflow };
const TYPED = ['plain_text_input', 'number_input', 'url_text_input', 'email_text_input'];
const TYPING_MS = 300; // of silence, after which what was typed is sent
let serial = 0;

export function drawControl(element, block, surface, label) {
  const name = label ?? element.accessibility_label ?? element.placeholder?.text ?? 'Choose';
  const send = (value) => interact(node, element.confirm, () => surface.act(block, element, value));
  const node = BUTTONS[element.type]?.(element, send) ?? field(element, block, surface, name, send);
  node.dataset.actionId = element.action_id ?? '';
  node.id ||= `control-${++serial}`;
  return node;
}

export function failureText({ error = 'the sandbox gave no reason' }) {
  return `${error.charAt(0).toUpperCase()}${error.slice(1)}.`;
}

function field(element, block, surface, name, send) {
  if (!FIELDS[element.type]) return h('span', { class: 'muted' }, `The sandbox does not draw “${element.type}”.`);
  const kept = surface.kept?.[block.block_id]?.[element.action_id];
  const { node, read } = FIELDS[element.type](element, kept ?? initialValue(element), name);
  const typed = () => ({ type: element.type, ...read() });
  surface.fields?.push({ block, element, node, read: typed });
  if (block.type !== 'input' || block.dispatch_action) dispatch(node, element, () => send(asClick(read())));
  return node;
}

/** When an element tells the app of itself: at once, but what is typed on Enter or as the element says. */
function dispatch(node, element, act) {
  if (!TYPED.includes(element.type)) return node.addEventListener('change', act);
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  let timer = null;
  if (triggers.includes('on_character_entered')) {
    node.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(act, TYPING_MS); });
  }
  if (triggers.includes('on_enter_pressed')) {
    node.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      act();
    });
  }
}

/** A click carries a person or a date, which have no key of their own there, as its `value`. */
function asClick({ selected_date: date, selected_user: user, ...rest }) {
  const value = date ?? user;
  return value ? { value } : rest;
}

/** One interaction: asks first where the element says so, spins until the app acks, warns when it did not. */
async function interact(node, confirm, act) {
  if (node.ariaBusy === 'true' || (confirm && !(await askConfirm(confirm)))) return;
  node.parentElement.querySelectorAll('.failed').forEach((old) => old.remove());
  node.ariaBusy = 'true';
  const answer = await act();
  node.ariaBusy = null;
  if (answer.ok) return;
  const warning = h('span', { class: 'failed', role: 'alert' }, icon('warn'), failureText(answer));
  node.after(warning);
  warning.scrollIntoView({ block: 'nearest' });
}

function askConfirm({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    const close = (value) => () => dialog.close(value);
    const props = { class: 'confirm', role: 'alertdialog', 'aria-label': title.text, close: answered };
    const dialog = h('dialog', props,
      h('h2', {}, plain(title)),
      h('div', { class: 'text' }, textObject(text)),
      h('footer', {},
        h('button', { class: 'button', click: close('') }, plain(deny)),
        h('button', { class: `button ${style ?? 'primary'}`, click: close('yes') }, plain(confirm))));
    function answered() {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    }
    document.body.append(dialog);
    dialog.showModal();
  });
}

function button(element, send) {
  const label = h('span', { class: 'label' }, plain(element.text));
  const props = { class: `button ${element.style ?? ''}`, 'aria-label': element.accessibility_label,
    click: () => send({ value: element.value }) };
  if (!element.url) return h('button', { type: 'button', ...props }, label);
  const anchor = link(element.url, label);
  anchor.className = props.class;
  anchor.addEventListener('click', props.click);
  return anchor;
}

function overflow(element, send) {
  const choose = (option) => () => { node.open = false; send({ selected_option: option }); };
  const item = (option) =>
    h('button', { type: 'button', class: 'menu-item', click: choose(option) }, plain(option.text));
  const summary = h('summary', { 'aria-label': 'More actions', class: 'button' }, '⋯');
  const node = popup('overflow', summary, h('div', { class: 'menu' }, element.options.map(item)));
  return node;
}
