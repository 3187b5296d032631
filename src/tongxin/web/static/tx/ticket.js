/* The signed word that someone entered a draw: checked without asking us. The same as kernel/tickets.py; tests hold both to the same vectors. */
import { verifyAsync } from './noble-ed25519.js';

const FORMAT = 'tongxin-ticket-1', MOST = 4000, FIELDS = 'format,key,said,signature,ticket';
const SAID = /^tongxin-ticket-1\n([0-9a-z]{12})\n([0-9a-f]{32})\n([1-9][0-9]{0,3})\n([^\n]*)\n([1-9][0-9]?)\n([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2})\n$/u;

export const isOne = (text) => text.trimStart().startsWith('{');

function texts(text) {
  if ([...text].length > MOST) return null;
  try {
    const held = JSON.parse(text);
    if (held === null || typeof held !== 'object' || Object.keys(held).sort().join() !== FIELDS) return null;
    return Object.values(held).every((one) => typeof one === 'string') ? held : null;
  } catch (error) {
    return null;
  }
}

function read(held) {
  const found = SAID.exec(held.said);
  if (!found || held.format !== FORMAT || found[2] !== held.ticket || /\p{Surrogate}/u.test(held.said)) return null;
  const [, call, ticket, weight, groups, size, at] = found;
  return { key: held.key, call, ticket, weight: Number(weight), groups, size: Number(size), at };
}

function bytes(coded) {
  try {
    const raw = atob(coded);
    return btoa(raw) === coded ? Uint8Array.from(raw, (letter) => letter.charCodeAt(0)) : null;
  } catch (error) {
    return null;
  }
}

/* keys: id → 32 bytes. {verdict, said}. */
export async function check(text, keys) {
  const held = texts(text), said = held && read(held), signature = said && bytes(held.signature);
  if (!said || !signature) return { verdict: 'unreadable', said: null };
  if (!keys.has(said.key)) return { verdict: 'unknown-key', said };
  let well = false;
  try {
    well = await verifyAsync(signature, new TextEncoder().encode(held.said), keys.get(said.key), { zip215: false });
  } catch (error) { /* no signature at all */ }
  return { verdict: well ? 'valid' : 'forged', said };
}
