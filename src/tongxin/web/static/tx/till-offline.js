/* The counter without network. Decides what may be accepted, signs each entry with this device's own key, one after the
   other, and hands the list over when the network is back. The same rules as benefits/offline_list.py and showing.py.
   Nothing here touches the page: till.js shows what it answers. */
import { verifyAsync, signAsync, getPublicKeyAsync, utils } from './noble-ed25519.js';

const SHELF = 'tongxin-till', PREFIX = 'TXV1:', SIGNATURE = 64, SKEW = 180, DAY = 86400;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const web64 = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const unweb64 = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
const bytesOf = (text) => new TextEncoder().encode(text);
const cents = (text) => Math.round(Number(text) * 100);

/* ---- what this browser keeps: its key, what the house last said, and entries that are not handed over yet ---- */
export const held = { secret: '', ready: null, ahead: 0, number: 0, before: '', waiting: [], taken: [] };
function fresh() {
  try { Object.assign(held, JSON.parse(localStorage.getItem(SHELF) || '{}')); } catch (error) { /* a private window */ }
}
fresh();
/* One deed after the other, in this tab and among all tabs of the till: two that number one list at once would break it. */
let turn = Promise.resolve();
function alone(deed) {
  const run = () => { fresh(); return deed(); };
  const next = () => (navigator.locks ? navigator.locks.request(SHELF, run) : run());
  turn = turn.then(next, next);
  return turn;
}
function keep() { localStorage.setItem(SHELF, JSON.stringify(held)); }
const now = () => Math.floor(Date.now() / 1000) + held.ahead;

export async function publicKey() {
  fresh();
  if (!held.secret) { held.secret = hex(utils.randomPrivateKey()); keep(); }
  return web64(await getPublicKeyAsync(unhex(held.secret)));
}

/* What the house said when there was network. Another device's list never goes on under this one's name. */
export function take(ready) {
  fresh();
  if (held.ready && held.ready.device !== ready.device) { held.waiting = []; held.taken = []; held.number = 0; held.before = ''; }
  held.ready = ready;
  held.ahead = ready.now - Math.floor(Date.now() / 1000);
  keep();
}

/* ---- a voucher's text: what it says, if a key of the house signed it ---- */
function base32(text) {
  const out = new Uint8Array(Math.floor(text.length * 5 / 8));
  let bits = 0, value = 0, place = 0;
  for (const letter of text) {
    const five = ALPHABET.indexOf(letter);
    if (five < 0) return null;
    value = ((value << 5) | five) & 0xfff;
    bits += 5;
    if (bits >= 8) { bits -= 8; out[place++] = (value >> bits) & 0xff; }
  }
  return out;
}
export async function read(text, keys) {
  const plain = text.trim().toUpperCase();
  if (!plain.startsWith(PREFIX) || plain.length > 1000) return null;
  const whole = base32(plain.slice(PREFIX.length));
  if (!whole || whole.length <= SIGNATURE) return null;
  const body = whole.slice(0, -SIGNATURE);
  try {
    const [one, key, voucher, opening, until, site, scheme, value] = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (one !== 1 || !keys[key]) return null;
    if (!await verifyAsync(whole.slice(-SIGNATURE), body, unweb64(keys[key]), { zip215: false })) return null;
    return { voucher, opening, until, site, scheme, value };
  } catch (error) {
    return null;
  }
}

/* ---- accepting: {code} where it may not, {amount, number, scheme} where it was written down ---- */
export const accept = (text, request, bill) => alone(() => accepted(text, request, bill));
async function accepted(text, request, bill) {
  const ready = held.ready;
  if (!ready || !ready.shift) return { code: 'no-shift' };
  if (now() >= ready.shift.until) return { code: 'shift-over' };
  const last = held.taken[held.taken.length - 1];
  if (last && now() < last.at - SKEW) return { code: 'clock' };
  if (/^[\d\s-]+$/.test(text)) return { code: 'digits' };
  const shown = await read(text, ready.keys);
  if (!shown) return { code: 'not-genuine' };
  const against = refusal(shown, ready);
  if (against) return { code: against };
  const amount = bill && cents(bill) > 0 ? Math.min(cents(bill), cents(shown.value)) : cents(shown.value);
  if (!shown.site && unbound(day(now())) + amount > cents(ready.cap)) return { code: 'cap' };
  const number = await write('take', text.trim().toUpperCase(), (amount / 100).toFixed(2), request);
  held.taken.push({ number, voucher: shown.voucher, at: now(), amount, bound: Boolean(shown.site), undone: false });
  held.taken = held.taken.filter((one) => one.at > now() - 9 * DAY  /* longer than a code may last */);
  keep();
  return { amount: (amount / 100).toFixed(2), number, scheme: ready.schemes[shown.scheme], tail: shown.voucher.slice(-4) };
}
function refusal(shown, ready) {
  if (shown.until + SKEW < now()) return 'over';
  if (shown.site && shown.site !== ready.site) return 'other-site';
  if (!ready.schemes[shown.scheme]) return 'scheme';
  if (held.taken.some((one) => one.voucher === shown.voucher && !one.undone)) return 'twice';
  return '';
}
const day = (at) => Math.floor((at + 8 * 3600) / DAY);
/* What was accepted today of vouchers that could be used elsewhere too: each may turn out to be a loss. */
function unbound(on) {
  return held.taken.filter((one) => !one.bound && !one.undone && day(one.at) === on).reduce((sum, one) => sum + one.amount, 0);
}

export const undo = (number) => alone(() => undone(number));
async function undone(number) {
  const one = held.taken.find((taken) => taken.number === number && !taken.undone);
  if (!one || now() > one.at + held.ready.undo) return false;
  await write('undo', String(number), '0', `undo-${number}`);
  one.undone = true;
  keep();
  return true;
}

async function write(kind, text, amount, request) {
  const number = Math.max(held.number, held.waiting.length ? 0 : held.ready.last) + 1;
  const said = JSON.stringify([1, held.ready.device, number, kind, held.ready.shift.id, now(), text, amount, request, held.before]);
  const signature = await signAsync(bytesOf(said), unhex(held.secret));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(said)));
  held.number = number;
  held.before = hex(digest);
  held.waiting.push({ text: said, signature: web64(signature) });
  keep();
  return number;
}

/* Hands over what waits. Returns the answers, or null where there was nothing or no network. */
export async function handOver(address, token) {
  fresh();
  if (!held.waiting.length) return null;
  const sent = held.waiting.slice(0, 500);
  let told;
  try {
    told = await fetch(address, { method: 'POST', body: new URLSearchParams({ entries: JSON.stringify(sent), csrfmiddlewaretoken: token }) });
  } catch (error) {
    return null;
  }
  const answer = await told.json().catch(() => ({}));
  if (!told.ok) return answer.words ? { words: answer.words, answers: [] } : null;  // a machine between, not the house
  await alone(() => {  // meanwhile more may have been written, or another tab may have handed the same over
    held.waiting = held.waiting.filter((one) => !sent.some((gone) => gone.signature === one.signature));
    keep();
  });
  return answer;
}
