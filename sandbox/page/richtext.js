// The rich_text block. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
import { h } from './dom.js';
import { channelMention, dateNode, drawEmoji, groupMention, link, mention } from './mrkdwn.js';

const INLINE = {
  text: ({ text }) => text,
  link: ({ url, text }) => link(url, text ?? url),
  user: ({ user_id: id }) => mention(id),
  usergroup: ({ usergroup_id: id }) => groupMention(id),
  channel: ({ channel_id: id }) => channelMention(id),
  broadcast: ({ range }) => h('span', { class: 'mention me' }, `@${range}`),
  emoji: ({ name }) => drawEmoji(name) ?? `:${name}:`,
  date: ({ timestamp, format, fallback, url }) => dateNode(timestamp, format, fallback, url),
  color: ({ value }) => value,
};
const STYLES = { bold: 'strong', italic: 'em', strike: 's', underline: 'u', code: 'code' };
const PARTS = {
  rich_text_section: ({ elements }) => h('div', { class: 'rich' }, elements.map(inline)),
  rich_text_preformatted: ({ elements }) => h('pre', {}, elements.map(inline)),
  rich_text_quote: ({ elements }) => h('blockquote', {}, elements.map(inline)),
  rich_text_list: list,
};

export function richText(block) {
  return block.elements.map((part) => PARTS[part.type]?.(part) ?? `[${part.type}]`);
}

function inline(element) {
  const content = INLINE[element.type]?.(element) ?? `[${element.type}]`;
  const styles = Object.keys(STYLES).filter((style) => element.style?.[style]);
  return styles.reduce((inner, style) => h(STYLES[style], {}, inner), content);
}

function list({ style, indent = 0, offset = 0, elements }) {
  const ordered = style === 'ordered';
  const props = { class: `indent-${Math.min(Number(indent), 6)}`, start: ordered && Number(offset) + 1 };
  return h(ordered ? 'ol' : 'ul', props, elements.map((item) => h('li', {}, item.elements.map(inline))));
}
