// Block Kit's interactive elements. https://docs.slack.dev/reference/block-kit/block-elements
import { h, icon } from './dom.js';
import { link, plain, textObject } from './mrkdwn.js';
import { workspace } from './workspace.js';

const BUTTONS = { button, overflow };
// Each takes (element, value, name) and returns {node, read}; values have the form of Slack's `state.values`.
const FIELDS = {
  plain_text_input: textInput, number_input: numberInput, datepicker: datePicker, static_select: staticSelect,
  users_select: usersSelect, multi_static_select: multiSelect, checkboxes, radio_buttons: radioButtons,
};
const INITIAL = {
  initial_value: 'value', initial_option: 'selected_option', initial_options: 'selected_options',
  initial_date: 'selected_date', initial_user: 'selected_user',
};
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
  const acts = block.type !== 'input' || block.dispatch_action;
  if (acts) node.addEventListener('change', () => send(asClick(read())));
  return node;
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

function textInput(element, { value = '' }, name) {
  const node = h(element.multiline ? 'textarea' : 'input', {
    class: 'field', 'aria-label': name, placeholder: element.placeholder?.text, maxlength: element.max_length,
    autofocus: element.focus_on_load, rows: element.multiline && 4, autocomplete: 'off',
  });
  node.value = value ?? '';
  return { node, read: () => ({ value: node.value || null }) };
}

function numberInput(element, value, name) {
  const { node, read } = textInput({ ...element, multiline: false }, value, name);
  node.inputMode = 'decimal';
  return { node, read };
}

function datePicker(element, { selected_date: date }, name) {
  const node = h('input', { class: 'field', type: 'date', 'aria-label': name });
  node.value = date ?? '';
  return { node, read: () => ({ selected_date: node.value || null }) };
}

function staticSelect(element, { selected_option: chosen }, name) {
  const options = allOptions(element);
  const draw = (option) => h('option', { value: String(options.indexOf(option)) }, option.text.text);
  const groups = element.option_groups?.map(
    (group) => h('optgroup', { label: group.label.text }, group.options.map(draw)));
  const node = h('select', { class: 'field', 'aria-label': name }, emptyOption(element), groups ?? options.map(draw));
  node.value = String(options.findIndex(({ value }) => value === chosen?.value));
  if (node.selectedIndex < 0) node.value = '';
  return { node, read: () => ({ selected_option: options[node.value] ?? null }) };
}

function usersSelect(element, { selected_user: chosen }, name) {
  const people = [...workspace.users.values()].filter((user) => !user.deleted && !user.is_bot);
  const node = h('select', { class: 'field', 'aria-label': name }, emptyOption(element),
    people.map(({ id, real_name: text }) => h('option', { value: id }, text)));
  node.value = chosen ?? '';
  return { node, read: () => ({ selected_user: node.value || null }) };
}

function multiSelect(element, { selected_options: chosen }, name) {
  const { list, read } = optionList('checkbox', element, chosen ?? []);
  const summary = h('summary', { class: 'field', 'aria-label': name });
  const node = popup('multi', summary, h('div', { class: 'menu' }, list));
  const refresh = () => {
    const chips = read().map(({ text }) => h('span', { class: 'chip' }, plain(text)));
    summary.replaceChildren(...(chips.length ? chips : [element.placeholder?.text ?? 'Select options']));
  };
  node.addEventListener('change', refresh);
  refresh();
  return { node, read: () => ({ selected_options: read() }) };
}

function checkboxes(element, { selected_options: chosen }, name) {
  const { list, read } = optionList('checkbox', element, chosen ?? []);
  return { node: h('fieldset', { 'aria-label': name }, list), read: () => ({ selected_options: read() }) };
}

function radioButtons(element, { selected_option: chosen }, name) {
  const { list, read } = optionList('radio', element, chosen ? [chosen] : []);
  const node = h('fieldset', { role: 'radiogroup', 'aria-label': name }, list);
  return { node, read: () => ({ selected_option: read()[0] ?? null }) };
}

function optionList(type, element, chosen) {
  const group = `group-${++serial}`;
  const rows = allOptions(element).map((option) => {
    const checked = chosen.some(({ value }) => value === option.value);
    const box = h('input', { type, name: group, checked, value: option.value });
    const description = option.description && h('small', {}, textObject(option.description));
    const row = h('label', { class: 'option' }, box, h('span', {}, textObject(option.text), description));
    return { option, box, row };
  });
  const read = () => rows.filter(({ box }) => box.checked).map(({ option }) => option);
  return { list: rows.map(({ row }) => row), read };
}

function popup(kind, summary, menu) {
  const node = h('details', { class: kind,
    focusout: ({ relatedTarget }) => { if (relatedTarget && !node.contains(relatedTarget)) node.open = false; },
    keydown: (event) => {
      if (event.key !== 'Escape' || !node.open) return;
      event.preventDefault();
      node.open = false;
      summary.focus();
    } }, summary, menu);
  return node;
}

function initialValue(element) {
  const given = Object.entries(INITIAL).filter(([key]) => element[key] !== undefined);
  return Object.fromEntries(given.map(([key, name]) => [name, element[key]]));
}

function allOptions(element) {
  return element.options ?? element.option_groups.flatMap(({ options }) => options);
}

function emptyOption(element) {
  return h('option', { value: '' }, element.placeholder?.text ?? 'Select an option');
}

document.addEventListener('click', ({ target }) => {
  for (const open of document.querySelectorAll('details[open]')) if (!open.contains(target)) open.open = false;
});
