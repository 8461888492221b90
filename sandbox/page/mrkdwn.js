// Slack's mrkdwn and plain text to DOM nodes. https://docs.slack.dev/messaging/formatting-message-text
import { formatDate, fullTime, ofTs } from './dates.js';
import { h, icon } from './dom.js';
import { workspace } from './workspace.js';

// Drawn by us, so that they look the same where no emoji font is installed; the others are left to the font.
const DRAWN = [
  'white_check_mark', 'x', 'warning', 'no_entry', 'bell', 'pencil2', 'hourglass', 'eyes', 'octagonal_sign',
];
const FROM_FONT = {
  heavy_check_mark: '✔️', lock: '🔒', no_entry_sign: '🚫', rotating_light: '🚨', tada: '🎉',
  wave: '👋', '+1': '👍', '-1': '👎', robot_face: '🤖', alarm_clock: '⏰', memo: '📝',
  large_green_circle: '🟢', large_yellow_circle: '🟡', red_circle: '🔴', hourglass_flowing_sand: '⏳',
};

// A style mark opens after a non-word character and closes before one, on one line; <tokens> pass whole.
const styled = (mark, name) =>
  `(?<![\\w${mark}])\\${mark}(?!\\s)(?<${name}>(?:<[^<>\\n]*>|[^${mark}<\\n])+)(?<!\\s)\\${mark}(?![\\w${mark}])`;
const INLINE = new RegExp([
  '<(?<token>[^<>\\n]+)>', '`(?<code>[^`\\n]+)`', ':(?<emoji>[a-z0-9_+-]+):',
  styled('*', 'strong'), styled('_', 'em'), styled('~', 's'),
  '(?<bare>https?://[^\\s<>|]*[^\\s<>|.,;:!?)\'"*_~])',
].join('|'), 'g');
const QUOTE = /^(?:&gt;|>)(?<rest>(?:&gt;|>){2})? ?(?<text>.*)$/;

export function mrkdwn(text) {
  const parts = String(text ?? '').split(/```\n?([\s\S]+?)\n?```/);
  return parts.flatMap((part, at) => (at % 2 ? h('pre', {}, decode(part)) : quotesAndLines(part, parts, at)));
}

/** Text that Slack does not interpret; `:emoji:` alone is drawn, when the text object asks for it. */
export function plain({ text, emoji }) {
  if (emoji !== true) return [text];
  return text.split(/(:[a-z0-9_+-]+:)/).map((part) => drawEmoji(part.slice(1, -1)) ?? part);
}

export const textObject = (text) => (text.type === 'mrkdwn' ? mrkdwn(text.text) : plain(text));

export const decode = (text) =>
  text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name]);
export const encode = (text) =>
  text.replace(/[&<>]/g, (char) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[char]);

export function drawEmoji(name) {
  const glyph = Object.hasOwn(FROM_FONT, name) ? FROM_FONT[name] : DRAWN.includes(name) && icon(name, 'e');
  const label = name.replaceAll('_', ' ');
  return glyph ? h('span', { class: 'emoji', role: 'img', 'aria-label': label }, glyph) : null;
}

const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

/** A link when its address is one to be followed, otherwise its label alone. */
export function link(url, label = url) {
  if (!SAFE_LINK.test(url)) return label;
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label);
}

export function mention(id) {
  const user = workspace.users.get(id);
  return h('span', { class: `mention ${id === workspace.me ? 'me' : ''}` }, `@${user?.real_name ?? id}`);
}

export function groupMention(id, label) {
  const group = workspace.groups.get(id);
  return h('span', { class: 'mention' }, label ? `@${label.replace(/^@/, '')}` : `@${group?.handle ?? id}`);
}

export function channelMention(id, label) {
  const channel = workspace.channels.get(id);
  return channel ? h('a', { class: 'mention', href: `#${id}` }, `#${channel.name}`) : `#${label ?? id}`;
}

export function dateNode(seconds, format, fallback, url) {
  const text = formatDate(seconds, format);
  if (text === null) return fallback ?? '';
  const node = h('time', { datetime: ofTs(seconds).toISOString(), title: fullTime(ofTs(seconds)) }, text);
  return url ? link(url, node) : node;
}

function quotesAndLines(text, parts, at) {
  const trimmed = text.replace(at > 0 ? /^\n/ : /^$/, '').replace(at < parts.length - 1 ? /\n$/ : /$^/, '');
  const runs = [];
  let restIsQuote = false;
  for (const line of trimmed ? trimmed.split('\n') : []) {
    const quote = restIsQuote ? null : line.match(QUOTE)?.groups;
    restIsQuote ||= Boolean(quote?.rest);
    const quoted = restIsQuote || Boolean(quote);
    if (runs.at(-1)?.quoted !== quoted) runs.push({ quoted, lines: [] });
    runs.at(-1).lines.push(quote ? quote.text : line);
  }
  return runs.flatMap(({ quoted, lines }) => {
    const nodes = inline(lines.join('\n'));
    return quoted ? h('blockquote', {}, nodes) : nodes;
  });
}

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(decode(text.slice(from, match.index)), drawInline(match));
    from = match.index + match[0].length;
  }
  return [...nodes, decode(text.slice(from))];
}

function drawInline({ 0: whole, groups }) {
  const [kind, text] = Object.entries(groups).find(([, value]) => value !== undefined);
  if (kind === 'token') return drawToken(text);
  if (kind === 'code') return h('code', {}, decode(text));
  if (kind === 'emoji') return drawEmoji(text) ?? whole;
  if (kind === 'bare') return link(decode(text));
  return h(kind, {}, inline(text));
}

function drawToken(body) {
  const [target, ...rest] = body.split('|');
  const label = rest.length ? decode(rest.join('|')) : undefined;
  if (target.startsWith('@')) return mention(target.slice(1));
  if (target.startsWith('#')) return channelMention(target.slice(1), label);
  if (SAFE_LINK.test(target)) return link(decode(target), label);
  const [name, ...args] = target.replace(/^!/, '').split('^');
  if (name === 'subteam') return groupMention(args[0], label);
  if (name === 'date') return dateNode(args[0], decode(args[1] ?? ''), label, args[2] && decode(args[2]));
  if (['here', 'channel', 'everyone'].includes(name)) return h('span', { class: 'mention me' }, `@${name}`);
  return `<${decode(body)}>`;
}
