/* The page that checks receipts of releases in the visitor's own browser. Without this file the server checks, and says the same. */
import { check, keysOf } from './receipt.js';

const $ = (name) => document.querySelector(`[data-r="${name}"]`);
const words = JSON.parse(document.getElementById('receipt-words').textContent);

function rows(said) {
  $('rows').textContent = '';
  if (!said) return;
  const shown = { ...said, no: said.no.toLocaleString(), at: new Date(said.at).toLocaleString() };
  for (const [name, label] of Object.entries(words.fields)) {
    const row = document.createElement('div'), dt = document.createElement('dt'), dd = document.createElement('dd');
    dt.textContent = label;
    dd.textContent = shown[name];
    dd.className = 'w-code';
    row.append(dt, dd);
    $('rows').append(row);
  }
}

async function show() {
  const keys = keysOf(await (await fetch($('form').dataset.keys)).json());
  const { verdict, said } = await check(document.getElementById('text').value, keys);
  [$('title').textContent, $('what').textContent] = words.verdicts[verdict];
  $('answer').className = `tx-note tx-note-${verdict === 'valid' ? 'ok' : 'zhu'}`;
  $('answer').dataset.verdict = verdict;
  $('answer').hidden = false;
  rows(said);
  $('title').focus();
}

if (window.crypto && crypto.subtle) {
  $('form').addEventListener('submit', (event) => {
    event.preventDefault();
    show().catch(() => $('form').submit());
  });
}
