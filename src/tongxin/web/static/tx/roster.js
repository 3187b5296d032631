/* 点名表: keys, one cell at a time, over htmx. Without this file a press still posts the cell, and every column is a form. */
(function () {
  'use strict';
  const table = document.querySelector('[data-roll]');
  if (!table) return;
  const ORDER = ['present', 'late', 'leave', 'absent'];
  const CSS = { present: 'p', late: 'l', leave: 'l', absent: 'a' };
  const KEYS = { 1: 'present', 2: 'late', 3: 'leave', 4: 'absent', d: 'present', c: 'late', j: 'leave', q: 'absent',
    '到': 'present', '迟': 'late', '假': 'leave', '缺': 'absent' };
  const WORDS = {};
  document.querySelectorAll('[data-roll-fix] [name=mark]').forEach((input) => {
    WORDS[input.value] = input.nextElementSibling.textContent;
  });
  const cells = () => Array.from(table.querySelectorAll('td .s-cell[data-mark]'));
  const cellOf = (target) => (target.closest ? target.closest('td .s-cell[data-mark]') : null);
  const rows = Array.from(table.tBodies[0].rows);

  /* One stop for Tab; arrows do the rest. */
  function stop(cell) {
    cells().forEach((other) => { other.tabIndex = other === cell ? 0 : -1; });
  }
  function go(cell) {
    if (!cell) return;
    stop(cell);
    cell.focus();
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  function at(row, column) {
    const td = rows[row] && rows[row].cells[column];
    return td ? td.querySelector('.s-cell[data-mark]') : null;
  }
  function step(cell, down, right) {
    let row = rows.indexOf(cell.closest('tr')), column = cell.closest('td').cellIndex;
    for (;;) {
      row += down;
      column += right;
      if (row < 0 || row >= rows.length || column < 0 || column >= rows[0].cells.length) return null;
      const found = at(row, column);
      if (found) return found;
    }
  }

  /* What was pressed shows at once; the answer puts what now stands in its place, also when it was refused. */
  function press(cell, mark) {
    const td = cell.closest('td'), url = cell.getAttribute('formaction');
    if (cell.dataset.mark === mark) return;
    cell.dataset.mark = mark;
    cell.className = 's-cell ' + CSS[mark];
    if (WORDS[mark]) cell.textContent = WORDS[mark];
    cell.setAttribute('aria-busy', 'true');
    send(td, url, { mark: mark });
  }
  const waiting = new Map();  // cell → the mark that was pressed while an answer was under way
  function send(td, url, values) {
    if (td.dataset.sending) { waiting.set(td, [url, values]); return; }
    td.dataset.sending = '1';
    htmx.ajax('POST', url, { source: td, target: td, swap: 'innerHTML', values: values });
  }
  document.body.addEventListener('htmx:beforeSwap', (event) => {
    if (waiting.has(event.detail.target)) event.detail.shouldSwap = false;  // a newer press follows: keep showing it
  });
  document.body.addEventListener('htmx:afterRequest', (event) => {
    const td = event.detail.target;
    if (!td || !td.dataset || !td.dataset.sending) return;
    delete td.dataset.sending;
    const next = waiting.get(td);
    waiting.delete(td);
    if (next) { send(td, next[0], next[1]); return; }
    const failed = !event.detail.xhr || event.detail.xhr.status === 0 || event.detail.xhr.status >= 500;
    const cell = td.querySelector('.s-cell');
    if (failed && cell) { cell.removeAttribute('aria-busy'); cell.classList.add('a'); cell.textContent = '！'; cell.dataset.mark = ''; }
  });
  document.body.addEventListener('htmx:afterSettle', (event) => {
    const td = event.detail.target, cell = td && td.matches && td.matches('[data-roll] td') && td.querySelector('[data-mark]');
    if (cell) cell.tabIndex = document.activeElement === cell || document.activeElement === document.body ? 0 : -1;
    if (cell && document.activeElement === document.body) cell.focus();
  });

  table.addEventListener('click', (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    event.preventDefault();
    stop(cell);
    if (cell.dataset.fix) fix(cell);
    else press(cell, ORDER[(ORDER.indexOf(cell.dataset.mark) + 1) % ORDER.length]);
  });
  table.addEventListener('keydown', (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const mark = KEYS[event.key.toLowerCase()];
    if (moves) go(step(cell, moves[0], moves[1]));
    else if (event.key === 'Home') go(cells()[0]);
    else if (event.key === ' ') cell.click();
    else if (mark && cell.dataset.fix) fix(cell, mark);
    else if (mark) { press(cell, mark); go(step(cell, 1, 0)); }
    else return;
    event.preventDefault();
  });

  /* A day that is over: which mark, and why. */
  const dialog = document.querySelector('#roll-fix');
  let fixing = null;
  function fix(cell, mark) {
    if (!dialog || !dialog.showModal) { location.href = cell.href; return; }
    fixing = cell;
    const form = dialog.querySelector('form');
    form.reset();
    form.querySelector('[data-who]').textContent = cell.getAttribute('aria-label').split('，')[0];
    const chosen = form.querySelector('[value="' + (mark || cell.dataset.mark) + '"]');
    if (chosen) chosen.checked = true;
    dialog.showModal();
    form.querySelector(chosen ? '[name=reason]' : '[name=mark]').focus();
  }
  if (dialog) dialog.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopPropagation();
    const data = new FormData(event.target), cell = fixing;
    delete event.target.dataset.sent;
    event.target.querySelectorAll('[aria-busy]').forEach((button) => {
      button.removeAttribute('aria-busy');
      button.querySelectorAll('.spinner-border').forEach((spinner) => spinner.remove());
    });
    dialog.close();
    send(cell.closest('td'), cell.dataset.fix, { mark: data.get('mark'), reason: data.get('reason') });
  });

  const today = table.querySelector('td.today .s-cell[data-mark]') || cells()[cells().length - 1];
  if (today) {
    stop(today);
    const box = table.closest('.s-scroll'), name = table.querySelector('th.st');
    box.scrollLeft = Math.max(0, today.closest('td').offsetLeft - name.offsetLeft - name.offsetWidth - 120);
  }
})();
