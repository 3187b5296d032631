/* A receipt of a release: reads and checks it without asking us. The same as kernel/receipts.py; tests hold both to the same vectors. */
import { verifyAsync } from './noble-ed25519.js';

const HEAD = 'TXA1', SIGNED = 'tongxin-arrivals-1\n', STEP = 33, DEEPEST = 32, MOST = 4000;
const LEFT = 76, RIGHT = 82;

function bytes(coded) {
  if (!/^[A-Za-z0-9_-]*$/.test(coded) || coded.length % 4 === 1) return null;
  const raw = atob(coded.replace(/-/g, '+').replace(/_/g, '/'));
  const out = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  const again = btoa(raw).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  return again === coded ? out : null;
}

function joined(...parts) {
  const out = new Uint8Array(parts.reduce((size, one) => size + one.length, 0));
  let place = 0;
  for (const one of parts) { out.set(one, place); place += one.length; }
  return out;
}

const digest = async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', data));

/* Only what is written exactly as `statement` writes it: written otherwise it would be another leaf. */
function read(raw) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(raw), held = JSON.parse(text);
    if (!Array.isArray(held) || held.length !== 6 || held[0] !== 1) return null;
    const [, key, pool, no, at, holder] = held;
    if (![key, pool, holder].every((one) => typeof one === 'string') || ![no, at].every(Number.isInteger)) return null;
    return `[1,"${key}","${pool}",${no},${at},"${holder}"]` === text ? { key, pool, no, at, holder } : null;
  } catch (error) {
    return null;
  }
}

async function rootOf(said, path) {
  if (path.length % STEP || path.length > STEP * DEEPEST) return null;
  let node = await digest(joined([0], said));
  for (let place = 0; place < path.length; place += STEP) {
    const side = path[place], other = path.slice(place + 1, place + STEP);
    if (side !== LEFT && side !== RIGHT) return null;
    node = await digest(side === LEFT ? joined([1], other, node) : joined([1], node, other));
  }
  return node;
}

/* keys: id → 32 bytes. {verdict, said}. */
export async function check(text, keys) {
  const parts = text.replace(/\s+/g, '').split('.');
  if (parts.length !== 4 || parts[0] !== HEAD || parts.reduce((size, one) => size + one.length, 0) > MOST) return { verdict: 'unreadable', said: null };
  const [raw, path, signature] = parts.slice(1).map(bytes), said = raw && read(raw);
  if (!said || !path || !signature) return { verdict: 'unreadable', said: null };
  if (!keys.has(said.key)) return { verdict: 'unknown-key', said };
  const root = await rootOf(raw, path);
  if (!root) return { verdict: 'unreadable', said: null };
  let well = false;
  try {
    well = await verifyAsync(signature, joined(new TextEncoder().encode(SIGNED), root), keys.get(said.key), { zip215: false });
  } catch (error) { /* no signature at all */ }
  return { verdict: well ? 'valid' : 'forged', said };
}

export function keysOf(told) {
  return new Map((told.keys || []).map((one) => [one.id, bytes(one.x)]));
}
