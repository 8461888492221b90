// Block Kit blocks to DOM nodes. https://docs.slack.dev/reference/block-kit/blocks
import { drawControl } from './controls.js';
import { h } from './dom.js';
import { plain, textObject } from './mrkdwn.js';
import { richText } from './richtext.js';

const FOLD_AT = 700; // about where Slack folds a section that has no `expand: true`

const DRAW = {
  header: ({ text }) => h('h3', {}, plain(text)),
  divider: () => h('hr'),
  rich_text: richText,
  context: ({ elements }) => elements.map((text) => h('span', {}, text.text ? textObject(text) : `[${text.type}]`)),
  actions: (block, surface) => block.elements.map((element) => drawControl(element, block, surface)),
  section,
  input,
};

/**
 * Draws blocks on a surface: `{act(block, element, value), kept, fields}`. `kept` holds values typed before a
 * redraw, by block_id and action_id; each stateful control adds `{block, element, read}` to `fields`.
 */
export function drawBlocks(blocks, surface) {
  return blocks.map((block) => {
    const content = DRAW[block.type]?.(block, surface) ?? `The sandbox does not draw “${block.type}”.`;
    return h('div', { class: `block ${block.type}`, 'data-block-id': block.block_id }, content);
  });
}

function section(block, surface) {
  const { text, fields, accessory, expand } = block;
  return [
    h('div', { class: 'section-body' },
      text && (expand || text.text.length <= FOLD_AT ? drawText(text) : folded(text)),
      fields && h('div', { class: 'fields' }, fields.map(drawText))),
    accessory && h('div', { class: 'accessory' }, drawControl(accessory, block, surface)),
  ];
}

function drawText(text) {
  return h('div', { class: 'text' }, textObject(text));
}

function folded(text) {
  const body = drawText(text);
  const unfold = () => { body.classList.remove('folded'); more.remove(); };
  const more = h('button', { class: 'link', click: unfold }, 'See more');
  body.classList.add('folded');
  return [body, more];
}

function input(block, surface) {
  const control = drawControl(block.element, block, surface, block.label.text);
  const label = [plain(block.label), block.optional && h('span', { class: 'optional' }, ' (optional)')];
  const hint = block.hint && h('p', { class: 'hint' }, plain(block.hint));
  return [h('label', { class: 'input-label', for: control.id }, label), control, hint];
}
