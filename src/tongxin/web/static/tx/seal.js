/* A seal is drawn here and kept by its holder: only its hash is sent, until the day on which it is handed in. */
import { sha256 } from './sha256.js';

const $ = (name) => document.querySelector(`[data-s="${name}"]`);
const form = $('form');
const SHELF = form ? `tongxin-seal-${form.dataset.kept}` : '';
const kept = {
  get: () => { try { return localStorage.getItem(SHELF) || ''; } catch (error) { return ''; } },
  set: (text) => { try { localStorage.setItem(SHELF, text); } catch (error) { /* a private window: saved by hand then */ } },
};

function show(text) {
  $('text').textContent = text;
  $('taken').hidden = false;
  document.querySelector('[name=commitment]').value = sha256(text);
  $('save').href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
}
if ($('draw')) {
  $('draw').hidden = false;
  if (kept.get()) show(kept.get());
  $('take').addEventListener('click', () => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    kept.set(text);
    show(text);
  });
  $('copy').addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText($('text').textContent);
      $('copied').textContent = $('copied').dataset.done;
    } catch (error) { /* not allowed: the text stands there to be copied by hand */ }
  });
}
const opening = document.querySelector('textarea[name=seal]');
if (opening && !opening.value && kept.get() && $('committed') && sha256(kept.get()) === $('committed').textContent) {
  opening.value = kept.get();
}
