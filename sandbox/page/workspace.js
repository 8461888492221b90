// What the page knows of the workspace: fetched whole on each (re)connection, then kept current by live events.

const RETRY_MS = 1500;

export const workspace = {
  me: new URLSearchParams(location.search).get('user') ?? 'U0ANA00001',
  team: { name: '' }, users: new Map(), groups: new Map(), channels: new Map(),
  messages: new Map(), // channel id -> ts -> message
  views: [], home: null, app: { commands: [], shortcuts: [] },
};

export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: workspace.me, ...body }),
    });
    return await response.json();
  } catch {
    return { ok: false, error: 'the sandbox can’t be reached' };
  }
}

/** A click on an element; `place` is `{channel, ts}` or `{view_id}`. Resolves when the app has acked or failed to. */
export function click(place, block, element, value) {
  return post('/api/click', { ...place, block_id: block.block_id, action_id: element.action_id, ...value });
}

/** Calls `changed(event)` after each event and `changed()` after each full load; `status` hears of ups and downs. */
export function connect(changed, status) {
  const source = new EventSource(`/api/live?user=${encodeURIComponent(workspace.me)}`);
  let turn = Promise.resolve();
  const next = (step) => { turn = turn.then(step).catch((error) => status(String(error.message))); };
  source.onopen = () => next(async () => { await load(); status(''); changed(); });
  source.onmessage = ({ data }) => next(() => {
    const event = JSON.parse(data);
    EVENTS[event.type]?.(event);
    changed(event);
  });
  source.onerror = () => {
    status('Reconnecting…');
    if (source.readyState !== EventSource.CLOSED) return;
    next(load); // its error says why
    setTimeout(connect, RETRY_MS, changed, status);
  };
}

async function load() {
  const response = await fetch(`/api/state?user=${encodeURIComponent(workspace.me)}`);
  const state = await response.json();
  if (!response.ok) throw new Error(state.error ?? 'The sandbox does not answer.');
  const byId = (items) => new Map(items.map((item) => [item.id, item]));
  Object.assign(workspace, {
    team: state.team, users: byId(state.users), groups: byId(state.groups ?? []),
    channels: byId(state.channels), messages: new Map(), views: state.views, home: state.home, app: state.app,
  });
  Object.values(state.messages).flat().forEach(keep);
}

function keep(message) {
  messagesOf(message.channel).set(message.ts, message);
}

export function messagesOf(channel) {
  if (!workspace.messages.has(channel)) workspace.messages.set(channel, new Map());
  return workspace.messages.get(channel);
}

/** A channel's own messages, or with `root` the replies in that thread; oldest first. */
export function timeline(channel, root = null) {
  return [...messagesOf(channel).values()]
    .filter(({ ts, thread_ts: thread, subtype }) => (root
      ? thread === root && ts !== root
      : !thread || thread === ts || subtype === 'thread_broadcast'))
    .sort((a, b) => a.ts - b.ts);
}

const EVENTS = {
  message: ({ message }) => keep(message),
  message_changed: ({ message }) => keep(message),
  ephemeral: ({ message }) => keep(message),
  message_deleted: ({ message }) => messagesOf(message.channel).delete(message.ts),
  view_opened: ({ view }) => { workspace.views = [...without(view), view]; },
  view_updated: ({ view }) => { workspace.views = workspace.views.map((old) => (old.id === view.id ? view : old)); },
  view_closed: ({ view }) => { workspace.views = without(view); },
  home: ({ view }) => { workspace.home = view; },
  app: ({ app }) => { workspace.app = app; },
  channel: ({ channel }) => workspace.channels.set(channel.id, channel),
};

/** The app's shortcuts for a message, or the global ones. */
export function shortcuts(kind) {
  return workspace.app.shortcuts.filter(({ type }) => type === kind);
}

function without(view) {
  return workspace.views.filter(({ id }) => id !== view.id);
}

/** What this person has read, by channel, kept in the browser: the sandbox itself does not track it. */
const READ_KEY = `read:${workspace.me}`;
const readUntil = JSON.parse(localStorage.getItem(READ_KEY) ?? '{}');

export function unreadCount(channel) {
  const since = readUntil[channel] ?? 0;
  return timeline(channel).filter(({ ts, user }) => user !== workspace.me && Number(ts) > since).length;
}

export function markRead(channel) {
  readUntil[channel] = Math.max(0, ...timeline(channel).map(({ ts }) => Number(ts)));
  localStorage.setItem(READ_KEY, JSON.stringify(readUntil));
}
