/* The page that checks cards in the visitor's own browser. Keys and lists are kept there; without network they still count. */
import { check, readList, keyBytes, STALE } from './passport.js';

const $ = (name) => document.querySelector(`[data-p="${name}"]`);
const words = JSON.parse(document.getElementById('passport-words').textContent);
const SHELF = 'tongxin-passport';
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

/* ---- what this browser keeps: public keys with where they came from, and lists as they were signed ---- */
let held = { keys: {}, lists: {} };
try { held = Object.assign(held, JSON.parse(localStorage.getItem(SHELF) || '{}')); } catch (error) { /* a private window */ }
function keep() {
  try { localStorage.setItem(SHELF, JSON.stringify(held)); } catch (error) { /* until the window is closed, then */ }
}
const keys = () => new Map(Object.entries(held.keys).map(([id, one]) => [id, keyBytes(one.x)]));

async function takeKeys(told, source) {
  if (!told || told.format !== 'tongxin-passport-keys/1' || !Array.isArray(told.keys)) return 0;
  for (const one of told.keys) if (!held.keys[one.id]) held.keys[one.id] = { x: one.x, source };
  keep();
  return told.keys.length;
}
async function takeList(text) {
  const list = await readList(text, keys());
  if (!list) return false;
  const before = held.lists[list.key];
  if (!before || before.at <= list.at) held.lists[list.key] = { at: list.at, text: text.trim() };
  keep();
  return true;
}
async function lists() {
  const found = new Map(), known = keys();
  for (const [key, one] of Object.entries(held.lists)) {
    const list = await readList(one.text, known);
    if (list) found.set(key, list);
  }
  return found;
}

/* ---- from the network while there is one ---- */
async function refresh() {
  try {
    const now = { cache: 'no-store' };  // a list of five minutes ago would let through what was revoked since
    await takeKeys(await (await fetch($('form').dataset.keys, now)).json(), 'own');
    await takeList(await (await fetch($('form').dataset.list, now)).text());
  } catch (error) { /* no network: what is held counts */ }
  const at = Math.max(0, ...Object.values(held.lists).map((one) => one.at));
  if (!at) return;
  const said = fill(words.ready, { keys: Object.keys(held.keys).length, at: new Date(at * 1000).toLocaleString() });
  $('state').textContent = said + (Date.now() / 1000 - at > STALE ? words.stale : '');
  $('state').dataset.ready = '1';
}
async function keepPage() {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register($('form').dataset.worker, { scope: location.pathname });
  const parts = [...document.querySelectorAll('link[rel=stylesheet], script[src]')].map((one) => one.href || one.src);
  const loaded = performance.getEntriesByType('resource').map((one) => one.name);
  const shelf = await caches.open(SHELF);
  await Promise.all([...new Set([location.pathname, $('form').dataset.keys, $('form').dataset.list, ...parts, ...loaded])]
    .filter((url) => new URL(url, location.href).origin === location.origin).map((url) => shelf.add(url).catch(() => 0)));
}

/* ---- the answer ---- */
async function show() {
  const text = $('text').value, last = $('last').value;
  const known = await lists(), now = Math.floor(Date.now() / 1000);
  const { verdict, card } = await check(text, { keys: keys(), lists: known, now, last });
  const [title, what] = words.verdicts[verdict], ok = verdict === 'valid';
  const sure = ok && card.second && last.trim();
  const box = $('answer');
  box.hidden = false;
  box.className = `tx-note tx-note-${ok ? (sure ? 'ok' : 'warn') : 'zhu'}`;
  box.dataset.verdict = verdict;
  $('title').textContent = title;
  const more = !ok ? [] : [!card.second ? words.noSecond : last.trim() ? '' : words.secondAsked, ...listWords(known, card, now)];
  $('what').textContent = [what, ...more].filter(Boolean).join(' ');
  rows(ok ? card : null);
  $('title').focus();
}
function until(card) {
  return card.kind === 'p' ? new Date(card.ends * 1000 - 1000).toLocaleDateString() : new Date(card.ends * 1000).toLocaleTimeString();
}
function listWords(known, card, now) {
  const source = held.keys[card.key].source;
  const of = [...known.entries()].filter(([key]) => held.keys[key].source === source).map(([, list]) => list.at);
  if (!of.length) return [words.noList];
  return now - Math.max(...of) > STALE ? [words.stale] : [];
}
function rows(card) {
  const list = $('rows');
  list.textContent = '';
  if (!card) return;
  const source = held.keys[card.key].source === 'own' ? words.own : words.file;
  const said = [
    [words.fields.name, card.name], [words.fields.state, words.states[card.state] || card.state],
    [words.fields.union, `${card.union} (${card.unionCode})`],
    [words.fields.ends, until(card)], [words.fields.issuer, `${card.key} · ${source}`],
  ];
  for (const [label, value] of said) {
    const row = document.createElement('div'), dt = document.createElement('dt'), dd = document.createElement('dd');
    dt.textContent = label;
    dd.textContent = value;
    row.append(dt, dd);
    list.append(row);
  }
}

/* ---- files of other federations ---- */
async function takeFiles(files) {
  let got = 0, read = 0;
  const texts = await Promise.all([...files].map((file) => file.text()));
  for (const text of texts) {
    let told = null;
    try { told = JSON.parse(text); } catch (error) { /* a list, perhaps */ }
    if (told) got += await takeKeys(told, 'file');
  }
  for (const text of texts) if (await takeList(text)) read += 1;
  $('taken').textContent = got || read ? fill(words.taken, { keys: got, lists: read }) : words.notTaken;
}

/* ---- the camera, where the browser reads QR codes itself ---- */
function camera() {
  const box = $('camera');
  if (!('BarcodeDetector' in window) || !navigator.mediaDevices) return;
  box.hidden = false;
  const video = box.querySelector('video'), button = box.querySelector('button');
  button.addEventListener('click', async () => {
    try {
      const detector = new window.BarcodeDetector({ formats: ['qr_code'] });
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      for (let found = []; !found.length;) {
        await new Promise((then) => setTimeout(then, 250));
        found = await detector.detect(video).catch(() => []);
        if (found.length) $('text').value = found[0].rawValue;
      }
      stream.getTracks().forEach((track) => track.stop());
      video.hidden = true;
      show();
    } catch (error) {
      box.querySelector('[data-no]').hidden = false;
    }
  });
}

if (!window.crypto || !crypto.subtle) {
  $('state').textContent = words.insecure;
} else {
  $('form').addEventListener('submit', (event) => { event.preventDefault(); show(); });
  $('files').addEventListener('change', (event) => takeFiles(event.target.files));
  camera();
  refresh().then(keepPage).then(() => { $('state').dataset.kept = '1'; });
}
