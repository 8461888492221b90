// What a person writes or starts: messages, commands and shortcuts, and the word that one of them failed.
import { failureText } from './controls.js';
import { encode } from './mrkdwn.js';
import { messagesOf, post, workspace } from './workspace.js';

/** Says `text` in a channel or thread, or runs it when it is a command; `changed` draws what comes of it. */
export async function send(changed, channel, text, root) {
  const [, command, rest] = text.match(/^(\/\S+)\s*([\s\S]*)$/) ?? [];
  if (command && root) return whisper(changed, channel, `\`${encode(command)}\` is not supported in threads. Sorry!`, root);
  if (command) return post('/api/command', { channel, command, text: rest }); // Slackbot says what goes wrong
  const answer = await post('/api/say', { channel, text: withMentions(encode(text)), thread_ts: root });
  if (!answer.ok) whisper(changed, channel, encode(failureText(answer)), root);
}

/** Starts a shortcut, on a message when there is one. */
export async function startShortcut(changed, channel, { name, callback_id: callback }, message) {
  const where = message && { channel: message.channel, ts: message.ts };
  const answer = await post('/api/shortcut', { callback_id: callback, ...where });
  if (!answer.ok) whisper(changed, channel, `“${encode(name)}” failed. ${encode(failureText(answer))}`);
}

/** `@ana` becomes a real mention, as Slack's own composer sends it. */
function withMentions(text) {
  const known = new Map([...workspace.users.values()].map(({ id, name }) => [name, id]));
  return text.replace(/(?<!\S)@([\w-]+)/g, (whole, name) => {
    const id = known.get(name.toLowerCase());
    return id ? `<@${id}>` : whole;
  });
}

/** A word from Slack itself to this person alone; it is gone with the next load. */
function whisper(changed, channel, text, root) {
  const ts = (Date.now() / 1000).toFixed(6);
  const from = { user: 'USLACKBOT', ephemeral_for: workspace.me };
  messagesOf(channel).set(ts, { ts, channel, text, thread_ts: root, ...from });
  changed();
}
