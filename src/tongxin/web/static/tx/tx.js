/* What the pages do beyond plain HTML. No framework, no inline handlers; every page works without this file.
   Behaviour hangs on data-tx attributes; README.md of web lists them. Baseline: Chrome 86, iOS 14. */
(function () {
  'use strict';
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const words = () => $('#tx-words').dataset;
  const two = (n) => (n < 10 ? '0' : '') + n;

  /* Time left comes from the server in seconds, so a phone with a wrong clock is right all the same. */
  function ticking(el, show, then) {
    const end = Date.now() + Number(el.dataset.seconds) * 1000;
    (function tick() {
      if (!el.isConnected) return;
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      show(left);
      if (left > 0) setTimeout(tick, 1000); else then();
    })();
  }

  function countdown(el) {
    ticking(el, (left) => {
      $('[data-m]', el).textContent = two(Math.floor(left / 60));
      $('[data-s]', el).textContent = two(left % 60);
    }, () => {
      if (el.dataset.then === 'reload') setTimeout(() => location.reload(), 300 + Math.random() * 2700);
    });
  }

  /* A button that may be pressed again after a while: "重新发送（60秒）" (the words come from #tx-words). */
  function wait(button) {
    const label = button.textContent;
    button.disabled = true;
    ticking(button, (left) => { button.textContent = label + words().wait.replace('N', left); }, () => {
      button.disabled = false;
      button.textContent = label;
    });
  }

  function busy(form, button) {
    if (!button) return;
    button.setAttribute('aria-busy', 'true');
    if (button.firstElementChild && button.firstElementChild.classList.contains('spinner-border')) return;
    const spinner = document.createElement('span');
    spinner.className = 'spinner-border spinner-border-sm';
    spinner.setAttribute('aria-hidden', 'true');
    button.prepend(spinner);
  }

  function idle(form) {
    delete form.dataset.sent;
    $$('[aria-busy=true]', form).forEach((button) => {
      button.removeAttribute('aria-busy');
      $$('.spinner-border', button).forEach((spinner) => spinner.remove());
    });
  }

  function radios(input) {
    $$('input[name="' + input.name + '"]').forEach((other) => {
      const card = other.closest('.w-opt');
      if (card) card.classList.toggle('on', other.checked);
    });
  }

  function note(text) {
    const place = $('#tx-notes');
    if (!place) return;
    const box = document.createElement('div');
    box.className = 'tx-note tx-note-zhu';
    box.setAttribute('role', 'alert');
    box.textContent = text;
    place.replaceChildren(box);
    place.scrollIntoView({ block: 'nearest' });
  }

  function begin(root) {
    $$('[data-tx=countdown]', root).forEach(countdown);
    $$('button[data-tx=wait]', root).forEach(wait);
    $$('.w-opt input:checked', root).forEach(radios);
    const first = $('.tx-errsum', root) || $('[data-tx-focus]', root);
    if (first) first.focus({ preventScroll: first.matches('[data-tx-focus]') });
  }

  const tip = document.createElement('div');
  tip.className = 'tx-tip';
  function showTip(link, x, y) {
    if (!tip.isConnected) document.body.append(tip);
    tip.textContent = link.getAttribute('aria-label');
    tip.classList.add('on');
    tip.style.left = Math.min(x + 14, innerWidth - 270) + 'px';
    tip.style.top = (y + 16) + 'px';
  }
  const mapLink = (event) => event.target.closest && event.target.closest('.tx-map a');

  const clicks = {
    print: () => window.print(),
    open: (el) => $(el.dataset.dialog).showModal(),
    close: (el) => el.closest('dialog').close(),
    zoom: (el) => {
      const map = $('.tx-map');
      map.setAttribute('viewBox', el.dataset.box);
      map.setAttribute('class', 'tx-map ' + (el.dataset.level || ''));
      $$('[data-tx=zoom]').forEach((other) => other.setAttribute('aria-pressed', String(other === el)));
    },
    swap: (el) => {
      const chart = $(el.dataset.chart), table = $(el.dataset.table), toTable = table.hidden;
      table.hidden = !toTable;
      chart.hidden = toTable;
      el.setAttribute('aria-pressed', String(toTable));
    },
  };

  document.addEventListener('click', (event) => {
    const el = event.target.closest('[data-tx]');
    if (el && clicks[el.dataset.tx]) clicks[el.dataset.tx](el);
  });
  document.addEventListener('change', (event) => {
    const el = event.target;
    if (el.closest('.w-opt')) radios(el);
    if (el.matches('[data-tx=submit]')) el.form.requestSubmit ? el.form.requestSubmit() : el.form.submit();
  });
  /* One press, one request: the second submit of a form in flight is dropped. A form that downloads says data-tx-again. */
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method === 'dialog' || form.hasAttribute('data-tx-again') || form.method === 'get') return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = '1';
    busy(form, event.submitter);
  }, true);
  window.addEventListener('pageshow', (event) => { if (event.persisted) $$('form').forEach(idle); });
  document.addEventListener('mousemove', (event) => {
    const link = mapLink(event);
    if (link) showTip(link, event.clientX, event.clientY); else tip.classList.remove('on');
  });
  document.addEventListener('focusin', (event) => {
    const link = mapLink(event);
    if (!link) { tip.classList.remove('on'); return; }
    const box = link.getBoundingClientRect();
    showTip(link, box.left + box.width / 2, box.top + box.height / 2);
  });

  document.addEventListener('htmx:afterRequest', (event) => {
    const form = event.target.closest && event.target.closest('form');
    if (form) idle(form);
  });
  document.addEventListener('htmx:afterSettle', (event) => begin(event.target));
  document.addEventListener('htmx:sendError', () => note(words().lost));
  document.addEventListener('htmx:responseError', () => note(words().failed));
  begin(document);
})();
