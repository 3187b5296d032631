/* 收券: keeps the page for when the network is gone, and shows what till-offline.js decides then. */
import { accept, handOver, held, publicKey, take, undo } from './till-offline.js';

const box = document.querySelector('[data-till=offline]');
const words = JSON.parse(document.getElementById('till-words').textContent);
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
const token = () => document.querySelector('[name=csrfmiddlewaretoken]').value;
const form = () => document.querySelector('[data-till=form]');

/* ---- while there is network ---- */
async function refresh() {
  const told = await handOver(box.dataset.bring, token());
  if (told) settled(told);
  if (!box.dataset.address) { state(); return; }  // a revoked device only hands over what it had
  try {
    const body = new URLSearchParams({ key: await publicKey(), csrfmiddlewaretoken: token() });
    const answer = await fetch(box.dataset.address, { method: 'POST', body, redirect: 'error' });
    const said = await answer.json();
    if (answer.ok) take(said); else note(said.words);
  } catch (error) { /* no network: what was said last counts */ }
  state();
}
function settled(told) {
  if (told.words) { note(told.words); return; }
  const apart = told.answers.filter((one) => !['spent', 'undone'].includes(one.verdict));
  note(fill(words.settled, { n: told.answers.length }) + apart.map((one) => fill(words.apart, { n: one.n, words: one.words })).join(''));
}
function note(text) {
  const place = document.getElementById('tx-notes'), told = document.createElement('div');
  told.className = 'tx-note tx-note-warn';
  told.setAttribute('role', 'status');
  told.textContent = text;
  place.replaceChildren(told);
}
function state() {
  const waiting = held.waiting.length;
  box.hidden = navigator.onLine && !waiting;
  box.querySelector('span').textContent = (navigator.onLine ? '' : words.gone) + (waiting ? fill(words.waiting, { n: waiting }) : '');
  box.dataset.waiting = waiting;
}
async function keepPage() {
  if (!('serviceWorker' in navigator) || !box.dataset.worker) return;
  await navigator.serviceWorker.register(box.dataset.worker, { scope: '/partner/' });
  if (!('BarcodeDetector' in window)) await import('./qr/decode.js').catch(() => 0);  // for the camera without network
  const parts = [...document.querySelectorAll('link[rel=stylesheet], script[src]')].map((one) => one.href || one.src);
  const loaded = performance.getEntriesByType('resource').map((one) => one.name);
  const shelf = await caches.open('tongxin-till');
  const files = [...new Set(['/partner/', ...parts, ...loaded])].map((url) => new URL(url, location.href));
  await Promise.all(files.filter((url) => url.origin === location.origin && (url.pathname === '/partner/' || url.pathname.startsWith('/static/')))
    .map((url) => shelf.add(url.href).catch(() => 0)));
}

/* ---- when it is gone ---- */
async function withoutNetwork() {
  const text = form().elements.text.value, key = form().elements.key.value, bill = form().elements.bill.value;
  const done = await accept(text, key, bill);
  show(done);
  if (!done.code) {
    form().elements.key.value = web();
    form().elements.text.value = '';
    form().elements.bill.value = '';
  }
  form().elements.text.focus();
  state();
}
const web = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, '0')).join('');
function line(css, text, name) {
  const part = document.createElement(name || 'p');
  part.className = css;
  part.textContent = text;
  return part;
}
function show(done) {
  const place = document.querySelector('[data-till=result]'), panel = document.createElement('section');
  panel.className = done.code ? 'p-no' : 'p-yes is-offline';
  if (done.code) {
    panel.append(line('p-big', words.no), line('p-why', words.why[done.code] || words.why.other));
  } else {
    panel.append(line('p-big', words.yes), line('p-sum tx-num', `¥${done.amount}`), line('p-what', done.scheme), line('p-fine', `${words.offline} · ${done.tail}`));
    panel.append(undoing(done.number));
  }
  place.replaceChildren(panel);
  document.getElementById('tx-notes').replaceChildren();  // "nothing was submitted" is not so here
  place.scrollIntoView({ block: 'nearest' });
}
function undoing(number) {
  const button = line('btn btn-plain', words.undo, 'button');
  button.type = 'button';
  button.addEventListener('click', async () => {
    const done = await undo(number);
    const panel = button.closest('section');
    panel.classList.toggle('is-undone', done);
    panel.querySelector('.p-big').textContent = done ? words.undone : words.late;
    button.remove();
    state();
  });
  return button;
}

if (box && window.crypto && crypto.subtle) {
  for (const gone of ['htmx:sendError', 'htmx:timeout']) document.body.addEventListener(gone, (event) => {
    if (event.target === form()) withoutNetwork();
  });
  window.addEventListener('online', refresh);
  window.addEventListener('offline', state);
  setInterval(refresh, 120000);
  refresh().then(keepPage).then(() => { box.dataset.ready = '1'; });
}
