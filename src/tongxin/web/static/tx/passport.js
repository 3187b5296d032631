/* 会籍凭证: reads and checks a card without network. The same as people/passport_card.py; tests hold both to the same vectors. */
import { verifyAsync } from './noble-ed25519.js';

const CARD = 'TX1:', LIST = 'TXR1:', SIGNATURE = 64, SKEW = 180, MOST = 2000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const FIELDS = ['key', 'serial', 'kind', 'name', 'state', 'union', 'unionCode', 'province', 'issued', 'ends', 'salt', 'second'];
const NUMBERS = ['issued', 'ends'];
export const STALE = 7 * 86400;

function base32(text) {
  const out = new Uint8Array(Math.floor(text.length * 5 / 8));
  let bits = 0, held = 0, place = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[place++] = (held >> bits) & 0xff;
    }
  }
  return [0, 2, 4, 5, 7].includes(text.length % 8) ? out : null;
}

/* What it says, the signed bytes, the signature; null where it is no such text. Blanks, hyphens and small letters do not matter. */
function opened(text, head, most) {
  const plain = text.replace(/[\s-]+/g, '').toUpperCase();
  if (!plain.startsWith(head) || (most && plain.length > most)) return null;
  const raw = base32(plain.slice(head.length).replace(/0/g, 'O').replace(/1/g, 'I').replace(/8/g, 'B'));
  if (!raw || raw.length <= SIGNATURE) return null;
  const body = raw.slice(0, -SIGNATURE), signature = raw.slice(-SIGNATURE);
  try {
    const said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return Array.isArray(said) && said[0] === 1 ? { said, body, signature } : null;
  } catch (error) {
    return null;
  }
}

function cardOf(said) {
  const values = said.slice(1);
  if (values.length !== FIELDS.length) return null;
  const card = {};
  for (let n = 0; n < FIELDS.length; n++) {
    const wanted = NUMBERS.includes(FIELDS[n]) ? Number.isInteger(values[n]) : typeof values[n] === 'string';
    if (!wanted) return null;
    card[FIELDS[n]] = values[n];
  }
  return card.kind === 's' || card.kind === 'p' ? card : null;
}

async function signed(parts, key) {
  try {
    return await verifyAsync(parts.signature, parts.body, key, { zip215: false });
  } catch (error) {
    return false;
  }
}

export async function secondOf(salt, last) {
  const bytes = new TextEncoder().encode(`${salt}:${last.trim().toUpperCase()}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return digest[0].toString(16).padStart(2, '0');
}

/* keys: id → 32 bytes. lists: key id → {at, serials: Set}. now: seconds. */
export async function check(text, { keys, lists, now, last = '' }) {
  const parts = opened(text, CARD, MOST), card = parts && cardOf(parts.said);
  if (!card) return { verdict: 'unreadable', card: null };
  if (!keys.has(card.key)) return { verdict: 'unknown-key', card: null };
  if (!await signed(parts, keys.get(card.key))) return { verdict: 'forged', card: null };
  return { verdict: await stands(card, lists, now, last), card };
}

async function stands(card, lists, now, last) {
  if (card.issued > now + SKEW) return 'not-yet';
  if (now > card.ends + SKEW) return card.kind === 's' ? 'screen-over' : 'expired';
  for (const list of lists.values()) if (list.serials.has(card.serial)) return 'revoked';
  if (last.trim() && card.second && await secondOf(card.salt, last) !== card.second) return 'other-person';
  return 'valid';
}

/* {key, at, serials} of a list that a known key signed; else null. */
export async function readList(text, keys) {
  const parts = opened(text, LIST, 0);
  if (!parts) return null;
  const [, key, at, serials] = parts.said;
  if (parts.said.length !== 4 || typeof key !== 'string' || !Number.isInteger(at) || !Array.isArray(serials)) return null;
  if (!serials.every((one) => typeof one === 'string') || !keys.has(key)) return null;
  return await signed(parts, keys.get(key)) ? { key, at, serials: new Set(serials) } : null;
}

export function keyBytes(x) {
  const raw = atob(x.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}
