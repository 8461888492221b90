// A menu that opens from its summary, and closes on Escape, on a click elsewhere and when focus leaves it.
import { h } from './dom.js';

export function popup(kind, summary, menu) {
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

document.addEventListener('click', ({ target }) => {
  for (const open of document.querySelectorAll('details[open]')) if (!open.contains(target)) open.open = false;
});
