// What holds a value: inputs, selects, dates and choices. https://docs.slack.dev/reference/block-kit/block-elements
import { h } from './dom.js';
import { plain, textObject } from './mrkdwn.js';
import { popup } from './popup.js';
import { workspace } from './workspace.js';

// Each takes (element, value, name) and returns {node, read}; values have the form of Slack's `state.values`.
export const FIELDS = {
  plain_text_input: textInput, number_input: typed('decimal'),
  url_text_input: typed('url'), email_text_input: typed('email'), datepicker: datePicker, static_select: staticSelect,
  users_select: usersSelect, multi_static_select: multiSelect, checkboxes, radio_buttons: radioButtons,
};
const INITIAL = {
  initial_value: 'value', initial_option: 'selected_option', initial_options: 'selected_options',
  initial_date: 'selected_date', initial_user: 'selected_user',
};
let serial = 0;

/** What the fields of a surface hold now, in the form of Slack's `state.values`. */
export function stateOf(fields) {
  const state = {};
  for (const { block, element, read } of fields) {
    (state[block.block_id] ??= {})[element.action_id] = read();
  }
  return state;
}

function textInput(element, { value = '' }, name) {
  const node = h(element.multiline ? 'textarea' : 'input', {
    class: 'field', 'aria-label': name, placeholder: element.placeholder?.text, maxlength: element.max_length,
    autofocus: element.focus_on_load, rows: element.multiline && 4, autocomplete: 'off',
  });
  node.value = value ?? '';
  return { node, read: () => ({ value: node.value || null }) };
}

/** A single line for what has a form of its own; the sandbox checks it, as Slack does. */
function typed(mode) {
  return (element, value, name) => {
    const { node, read } = textInput({ ...element, multiline: false }, value, name);
    node.inputMode = mode;
    return { node, read };
  };
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

export function initialValue(element) {
  const given = Object.entries(INITIAL).filter(([key]) => element[key] !== undefined);
  return Object.fromEntries(given.map(([key, name]) => [name, element[key]]));
}

function allOptions(element) {
  return element.options ?? element.option_groups.flatMap(({ options }) => options);
}

function emptyOption(element) {
  return h('option', { value: '' }, element.placeholder?.text ?? 'Select an option');
}
