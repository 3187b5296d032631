/* 花名册上传: a large file goes in pieces, and goes on where it stopped when the connection comes back. Without this file the form sends it whole. */
(function () {
  'use strict';
  const form = document.querySelector('form[data-pieces]');
  if (!form || !window.fetch || !Blob.prototype.slice) return;
  const FROM = 2 << 20; /* smaller files need no pieces */
  const WAITS = [1000, 2000, 5000, 10000, 15000];
  const token = form.querySelector('[name=csrfmiddlewaretoken]').value;
  const box = document.getElementById('pieces');
  const words = box.querySelector('[data-words]'), bar = box.querySelector('progress');

  function sleep(ms) {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      window.addEventListener('online', () => { clearTimeout(timer); done(); }, { once: true });
    });
  }
  async function post(address, body) {
    const answer = await fetch(address, { method: 'POST', body, credentials: 'same-origin', headers: { 'X-CSRFToken': token } });
    if (answer.status >= 500) throw new Error('again');
    const told = await answer.json().catch(() => ({}));
    return { ok: answer.ok, told };
  }
  /* The same once more until something comes back. */
  async function patiently(deed) {
    for (let turn = 0; ; turn += 1) {
      try {
        return await deed();
      } catch (lost) {
        words.textContent = box.dataset.lost;
        await sleep(WAITS[Math.min(turn, WAITS.length - 1)]);
      }
    }
  }
  function show(arrived, size) {
    bar.value = Math.round(100 * arrived / size);
    words.textContent = box.dataset.sent.replace('%', Math.round(arrived / 1048576) + '/' + Math.ceil(size / 1048576));
  }
  function refuse(told) {
    words.textContent = told.words || box.dataset.failed;
    words.className = 'tx-err';
    bar.hidden = true;
    delete form.dataset.sent;
    form.querySelectorAll('[aria-busy=true]').forEach((button) => {
      button.removeAttribute('aria-busy');
      button.querySelectorAll('.spinner-border').forEach((spinner) => spinner.remove());
    });
  }
  async function send(file, union) {
    const asked = new FormData();
    asked.append('union', union);
    asked.append('name', file.name);
    asked.append('size', String(file.size));
    asked.append('fingerprint', [file.name, file.size, file.lastModified].join(':').slice(-64));
    const begun = await patiently(() => post(form.dataset.pieces, asked));
    if (!begun.ok) return refuse(begun.told);
    const here = form.dataset.pieces + begun.told.id + '/';
    let arrived = begun.told.arrived;
    while (arrived < file.size) {
      show(arrived, file.size);
      const from = arrived;
      const step = await patiently(() => post(here + '?from=' + from, file.slice(from, from + begun.told.piece)));
      if (!step.ok && step.told.arrived === undefined) return refuse(step.told);
      arrived = step.told.arrived;
    }
    show(arrived, file.size);
    const done = await patiently(() => post(here + 'done', new FormData()));
    if (!done.ok) return refuse(done.told);
    window.location.assign(done.told.where);
  }
  form.addEventListener('submit', (event) => {
    const file = form.querySelector('[name=file]').files[0], union = form.querySelector('[name=union]').value;
    if (!file || !union || file.size <= FROM) return;
    event.preventDefault();
    box.hidden = false;
    bar.hidden = false;
    words.className = '';
    send(file, union);
  });
})();
