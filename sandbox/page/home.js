// The app's Home tab: drawn again when the app publishes it, and told to the app when it is opened.
import { drawBlocks } from './blocks.js';
import { h } from './dom.js';
import { click, workspace } from './workspace.js';

let drawn; // the view as last drawn

export function drawHome(list, moved) {
  const view = workspace.home;
  if (!moved && drawn === view) return;
  drawn = view;
  const act = (...clicked) => click({ view_id: view.id }, ...clicked);
  const nothing = h('p', { class: 'muted' }, 'The app has not drawn its Home tab yet.');
  const content = view ? drawBlocks(view.blocks, { act, kept: view.state.values }) : nothing;
  const before = moved ? 0 : list.scrollTop;
  list.replaceChildren(h('div', { class: 'home' }, content));
  list.scrollTop = before;
}
