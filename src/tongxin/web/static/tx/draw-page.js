/* The page that checks a draw in the visitor's own browser: reads a file, computes it again, says what differs, finds a ticket. */
import { check, find, FORMAT, read } from './draw.js';
import { Sha256 } from './sha256.js';

const $ = (name) => document.querySelector(`[data-d="${name}"]`);
const words = JSON.parse(document.getElementById('draw-words').textContent);
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]).replace(/%%/g, '%');
const HEX_32 = /^[0-9a-f]{32}$/, PIECE = 1 << 20, SHOWN = 60;
const breathe = () => new Promise((then) => setTimeout(then));
let loaded = null;

async function digestOf(bytes) {
  const hash = new Sha256();
  for (let at = 0; at < bytes.length; at += PIECE) {
    hash.update(bytes.subarray(at, at + PIECE));
    await breathe();
  }
  return hash.hex();
}

function show(tone, title, what, exact = '') {
  const box = $('answer');
  box.hidden = false;
  box.className = `tx-note tx-note-${tone}`;
  box.dataset.tone = tone;
  $('title').textContent = title;
  $('what').textContent = what;
  $('exact').hidden = !exact;
  $('exact').textContent = exact;
  $('title').focus();
}
function row(label, value) {
  const div = document.createElement('div'), dt = document.createElement('dt'), dd = document.createElement('dd');
  dt.textContent = label;
  dd.textContent = value;
  dd.className = 'w-code text-break';
  div.append(dt, dd);
  $('rows').append(div);
}
function plain(difference) {
  const values = { ...difference.values };
  if (values.name) values.field = words.fields[values.name] || values.name;
  for (const [name, value] of Object.entries(values)) values[name] = String(value).slice(0, SHOWN);
  return fill(words.wrong[difference.code] || difference.text, values);
}
let last = 0;
async function pause(done, all) {
  const now = Date.now();
  if (now - last < 40) return;
  last = now;
  const percent = all ? Math.floor((done * 100) / all) : 0;
  $('bar').value = percent;
  $('percent').textContent = fill(words.working, { percent });
  await breathe();
}

async function examine(bytes) {
  const began = performance.now();
  loaded = null;
  $('answer').hidden = true;
  $('mine').hidden = true;
  $('rows').textContent = '';
  $('working').hidden = false;
  await breathe();
  const digest = await digestOf(bytes);
  let file = null, twice = null;
  try { file = read(bytes); } catch (error) { if (error.code === 'name-twice') twice = error; }
  if (twice) show('zhu', words.not, plain({ ...twice, text: twice.message }), twice.message);
  else if (file === null || typeof file !== 'object') show('zhu', words.not, words.wrong[file === null ? 'json' : 'no-object']);
  else if (file.format && file.format !== FORMAT && String(file.format).startsWith('tongxin-slips')) show('warn', words.slips, '');
  else await answer(file, began);
  $('working').hidden = true;
  const published = $('page').dataset.digest;
  row(words.file, digest);
  if (published) row('', published === digest ? words.same : words.other);
}
async function answer(file, began) {
  const { difference, found } = await check(file, pause);
  if (difference) {
    show('zhu', words.not, plain(difference), difference.text);
    return;
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  show('ok', words.well, fill(words.well_text, { ...found, seconds }));
  row(words.digest, found.digest);
  row(words.seed, found.seed);
  for (const one of file.commitments) if (one.role) row(one.role, one.commitment);
  loaded = file;
  $('mine').hidden = false;
  const wanted = location.hash.slice(1);
  if (HEX_32.test(wanted)) {
    $('ticket').value = wanted;
    look();
  }
}

function look() {
  const ticket = $('ticket').value.trim().toLowerCase();
  if (!HEX_32.test(ticket)) {
    $('found').textContent = words.ticket_wrong;
    return;
  }
  const at = find(loaded, ticket);
  if (!at.line) {
    $('found').textContent = words.not_in_list;
    return;
  }
  const excused = (loaded.excused || []).find((one) => one.ticket === ticket);
  const got = 'given' in loaded ? at.given : at.awarded;
  const end = got ? words.got : excused ? fill(words.excused, { why: words.excuses[excused.why] || excused.why }) : words.waits;
  $('found').textContent = `${fill(words.in_list, { line: at.line, place: at.place })}${end}`;
}

async function take(file) {
  if (file) await examine(new Uint8Array(await file.arrayBuffer()));
}
$('file').addEventListener('change', (event) => take(event.target.files[0]));
$('mine').addEventListener('submit', (event) => { event.preventDefault(); look(); });
for (const name of ['dragover', 'drop']) {
  $('drop').addEventListener(name, (event) => {
    event.preventDefault();
    if (name === 'drop') take(event.dataTransfer.files[0]);
  });
}
if ($('load')) {
  $('load').addEventListener('click', async () => {
    try {
      const answered = await fetch($('page').dataset.file);
      if (!answered.ok) throw new Error(answered.status);
      await examine(new Uint8Array(await answered.arrayBuffer()));
    } catch (error) {
      show('zhu', words.not, words.no_file);
    }
  });
}
$('page').dataset.ready = '1';
