/* The page that checks receipts of releases and of draws in the visitor's own browser. Without this file the server checks, and says the same. */
import * as arrivals from './receipt.js';
import * as tickets from './ticket.js';

const $ = (name) => document.querySelector(`[data-r="${name}"]`);
const words = JSON.parse(document.getElementById('receipt-words').textContent);

function rows(said) {
  $('rows').textContent = '';
  if (!said) return;
  const arrived = 'no' in said;
  const shown = arrived ? { ...said, no: said.no.toLocaleString(), at: new Date(said.at).toLocaleString() } : { ...said, at: new Date(said.at).toLocaleString() };
  for (const [name, label] of Object.entries(arrived ? words.fields : words.tickets)) {
    if (shown[name] === '') continue;
    const row = document.createElement('div'), dt = document.createElement('dt'), dd = document.createElement('dd');
    dt.textContent = label;
    dd.textContent = shown[name];
    dd.className = 'w-code';
    row.append(dt, dd);
    $('rows').append(row);
  }
}

async function show() {
  const keys = arrivals.keysOf(await (await fetch($('form').dataset.keys)).json());
  const text = document.getElementById('text').value;
  const { verdict, said } = await (tickets.isOne(text) ? tickets : arrivals).check(text, keys);
  [$('title').textContent, $('what').textContent] = words.verdicts[verdict];
  $('answer').className = `tx-note tx-note-${verdict === 'valid' ? 'ok' : 'zhu'}`;
  $('answer').dataset.verdict = verdict;
  $('answer').hidden = false;
  rows(said);
  $('title').focus();
}

/* A saved receipt is a small file: it is read here and sent nowhere. */
$('pick').hidden = false;
$('file').addEventListener('change', async () => {
  const [file] = $('file').files;
  if (file) document.getElementById('text').value = (await file.text()).slice(0, 5000);
});

if (window.crypto && crypto.subtle) {
  $('form').addEventListener('submit', (event) => {
    event.preventDefault();
    show().catch(() => $('form').submit());
  });
}
