/* The waiting page of a release. Our clock is asked once; then this page counts by itself, enters by itself at a moment of its own
   within the jitter, and tries again by itself. Nothing is gained by pressing or reloading, and nothing is lost by it. */
import { check, keysOf } from './receipt.js';

const $ = (name) => document.querySelector(`[data-r="${name}"]`);
const words = JSON.parse(document.getElementById('release-words').textContent);
const form = $('form'), two = (n) => String(n).padStart(2, '0');
const wait = (ms) => new Promise((then) => setTimeout(then, ms));
let entering = false, done = false;

const say = (text, tone) => {
  $('said').textContent = '';
  const box = document.createElement('div');
  box.className = `tx-note mt-3${tone ? ` tx-note-${tone}` : ''}`;
  box.textContent = text;
  $('said').append(box);
};

/* When it opens (null: it is over), by this device's steady clock. Half of the way there and back is how old the answer is. */
async function opensAt() {
  const before = performance.now();
  const facts = await (await fetch(form.action, { headers: { Accept: 'application/json' }, cache: 'no-store' })).json();
  const there = (performance.now() - before) / 2;
  return facts.now < facts.closes ? performance.now() + (facts.opens - facts.now) - there : null;
}

function show(left) {
  const seconds = Math.ceil(left / 1000);
  $('clock').hidden = false;
  $('clock').querySelector('[data-h]').textContent = Math.floor(seconds / 3600);
  $('clock').querySelector('[data-m]').textContent = two(Math.floor(seconds / 60) % 60);
  $('clock').querySelector('[data-s]').textContent = two(seconds % 60);
}

async function count() {
  let opens;
  try { opens = await opensAt(); } catch (error) { return; /* the button is there */ }
  if (opens === null) return;
  const mine = opens + 200 + Math.random() * Number(form.dataset.jitter);
  while (performance.now() < opens) {
    show(opens - performance.now());
    await wait(500);
  }
  $('clock').hidden = true;
  await wait(Math.max(0, mine - performance.now()));
  enter();
}

async function enter() {
  if (entering || done) return;
  entering = true;
  form.querySelector('button').setAttribute('aria-busy', 'true');
  say(words.entering);
  for (let tries = 1; !done; tries++) {
    let pause = 0;
    try {
      const answer = await fetch(form.action, { method: 'POST', headers: { Accept: 'application/json' } });
      const told = await answer.json();
      if (answer.ok) { await entered(told); break; }
      if (![425, 429, 503].includes(answer.status)) { say(told.words, 'zhu'); break; }
      pause = Math.max(1, told.after || 2);
      say(`${told.words} ${words.again.replace('N', pause)}`, 'warn');
    } catch (error) {
      pause = Math.min(30, 2 * tries);
      say(words.broken, 'warn');
    }
    await wait(1000 * (pause + Math.random() * Math.min(pause, 5)));
  }
  form.querySelector('button').removeAttribute('aria-busy');
  entering = false;
}

async function entered(told) {
  done = true;
  $('box').hidden = true;
  form.closest('.w-act').hidden = true;
  $('no').textContent = told.no.toLocaleString();
  $('text').textContent = told.receipt;
  $('receipt').hidden = false;
  say(`${words.entered.replace('N', told.no.toLocaleString())} ${words.kept}`, 'ok');
  $('said').focus();
  try { localStorage.setItem(`tongxin-receipt-${location.pathname}`, told.receipt); } catch (error) { /* a private window */ }
  if (!window.crypto || !crypto.subtle) { $('checked').textContent = words.insecure; return; }
  try {
    const keys = keysOf(await (await fetch(form.dataset.keys)).json());
    const { verdict } = await check(told.receipt, keys);
    $('checked').textContent = verdict === 'valid' ? words.verified : words.unverified;
  } catch (error) { /* without network it is checked later */ }
}

form.addEventListener('submit', (event) => { event.preventDefault(); enter(); });
count();
