// Building DOM nodes. Strings become text nodes, never markup: that is what keeps hostile text text.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key, value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child ?? false));
  return node;
}

export function icon(name, family = 'i') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${family}-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

export function iconButton(name, label, click, kind = '') {
  return h('button', { type: 'button', class: `icon-button ${kind}`, 'aria-label': label, click }, icon(name));
}

export function avatar(user, size = '') {
  const initials = user.is_bot ? '' : user.real_name.replace(/[^\p{L}\p{N} ]/gu, '').slice(0, 1).toUpperCase();
  const kind = `avatar ${size} ${user.is_bot ? 'bot' : ''}`;
  const node = h('span', { class: kind, 'aria-hidden': 'true' }, initials);
  node.style.setProperty('--tint', user.color ?? '#616061');
  return node;
}

/** Makes `parent` hold exactly `nodes`, moving only what has to move, so that focus and input survive. */
export function reconcile(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
}
