/* Editable grids: Tabulator shows and moves, what is typed, pasted, undone and saved is ours.

   [data-grid]   JSON, see templates/parts/grid.html.j2. Everything typed or pasted is read by its column
   (cells.js); what cannot be read stays as it is, red and listed below. A paste adds the rows it lacks.
   Nothing is sent until Save, which sends one change-set:

       POST save {head, reason, changes: [{row, is_new, is_removed, values: {field: value},
                                           typed: {field: text}}]}
       ← {ok: true, head, text, undo, rows?, bad: [{row, field, found, reason, advice: []}]}
       ← {ok: false, message, findings: [{message}]}            nothing was taken
       ← {ok: false, message, head, stale: [{row, text}]}       changed by somebody: the user chooses

   A row with a bad cell stays as it was typed; a new one is kept by the server and in no total, and
   is sent again once it is touched.

   Ctrl+Z takes back the last step here; with no step left it asks for the reversing change-set:

       POST undo {head, undo}
       ← {ok: true, head, text, rows, undo} */

const ADDED = 'new-';

export function mount(scope, tanlu) {
  for (const element of scope.querySelectorAll('[data-grid]')) {
    if (!element.dataset.bound) {
      element.dataset.bound = '1';
      const data = JSON.parse(element.dataset.grid);
      element.removeAttribute('data-grid');
      Promise.all([tanlu.load('tabulator'), tanlu.load('cells'), style(tanlu)])
        .then(([library, cells]) => new Grid(element, data, library.TabulatorFull, cells, tanlu));
    }
  }
}

let sheet = null;

function style(tanlu) {
  sheet ||= new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = tanlu.files.tabulatorStyle;
    link.onload = resolve;
    link.onerror = resolve;
    document.head.prepend(link);  /* ours comes after it */
  });
  return sheet;
}

class Grid {
  constructor(element, data, Tabulator, cells, tanlu) {
    Object.assign(this, { element, data, cells, tanlu, head: data.head, undoable: data.undo });
    this.columns = new Map(data.columns.map((column) => [column.field, column]));
    this.marks = new Map();  /* "row field" → {typed, fault}: cells that differ from the server's */
    this.added = new Set();
    this.removed = new Set();
    this.held = new Set();  /* added rows that the server keeps set aside, as they are */
    this.steps = [];
    this.count = 0;
    this.stale = null;
    this.table = new Tabulator(element.querySelector('[data-grid-table]'), this.options());
    this.table.on('tableBuilt', () => this.bind());
  }

  options() {
    return {
      data: this.data.rows,
      index: 'id',
      layout: 'fitDataStretch',
      maxHeight: '62vh',
      selectableRange: 1,
      selectableRangeAutoFocus: false,
      selectableRangeClearCells: false,
      editTriggerEvent: 'dblclick',
      rowHeader: { formatter: 'rownum', headerSort: false, resizable: false, width: 46, hozAlign: 'center' },
      keybindings: { navPrev: false, navNext: false },  /* Tab leaves the grid */
      printAsHtml: true,
      printStyled: false,
      columnDefaults: { headerSort: false, resizable: 'header' },
      columns: this.data.columns.map((column) => this.column(column)),
    };
  }

  column(column) {
    const isNumber = column.type === 'number' || column.type === 'ratio';
    return {
      field: column.field,
      title: column.unit ? `${column.title} [${column.unit}]` : column.title,
      hozAlign: isNumber ? 'right' : 'left',
      headerHozAlign: isNumber ? 'right' : 'left',
      cssClass: column.readonly ? 'readonly' : '',
      editable: (cell) => !this.isLocked(cell.getRow(), column),
      editor: column.readonly ? false : (cell, rendered, success, cancel) => this.editor(cell, rendered, success, cancel),
      formatter: (cell) => this.drawn(cell, column),
      accessorPrint: (value) => this.cells.show(value, column),
      ...(column.width ? { width: column.width } : { minWidth: 90 }),
    };
  }

  drawn(cell, column) {
    const mark = this.marks.get(key(cell.getData().id, column.field));
    const element = cell.getElement();
    const fault = mark && mark.fault;
    element.classList.toggle('changed', Boolean(mark));
    element.classList.toggle('removed', this.removed.has(cell.getData().id));
    if (fault) { element.setAttribute('aria-invalid', 'true'); element.title = this.reason(fault); }
    else { element.removeAttribute('aria-invalid'); element.removeAttribute('title'); }
    const text = fault ? fault.found : this.cells.show(cell.getValue(), column);
    const address = column.link && cell.getData()[column.link];
    if (!address) { return document.createTextNode(text); }
    const link = make('a', '', text);
    link.href = `${address}?lang=${this.tanlu.lang}`;
    return link;
  }

  /* Cells nobody types in: of read-only columns, and what says which row it is in rows that are there. */
  isLocked(row, column) {
    return Boolean(column.readonly || (column.fixed && !this.added.has(row.getData().id)));
  }

  editor(cell, rendered, success, cancel) {
    const column = this.columns.get(cell.getField());
    const mark = this.marks.get(key(cell.getData().id, column.field));
    const input = document.createElement('input');
    const before = mark && mark.fault ? mark.fault.found : this.cells.show(cell.getValue(), column);
    input.value = before;
    input.setAttribute('aria-label', column.title);
    if (column.choices && column.choices.length) { input.setAttribute('list', this.list(column)); }
    let isOver = false;
    const end = (isKept) => {
      if (isOver) { return; }
      isOver = true;
      cancel();
      if (isKept && input.value !== before) { this.step([[cell.getRow(), column, input.value]]); }
    };
    input.addEventListener('blur', () => end(true));
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === 'Tab') { end(true); }
      if (event.key === 'Escape') { event.stopPropagation(); end(false); }
    });
    rendered(() => { input.focus({ preventScroll: true }); input.select(); });
    return input;
  }

  list(column) {
    const id = `choices-${column.field}`;
    if (!document.getElementById(id)) {
      const list = document.createElement('datalist');
      list.id = id;
      list.append(...column.choices.map((one) => new Option(one.text, one.text)));
      this.element.append(list);
    }
    return id;
  }

  bind() {
    const area = this.element.querySelector('[data-grid-table]');
    area.setAttribute('aria-label', this.data.label);
    area.addEventListener('paste', (event) => this.paste(event));
    area.addEventListener('copy', (event) => this.copy(event));
    area.addEventListener('keydown', (event) => this.keyed(event));
    this.element.addEventListener('click', (event) => this.clicked(event));
    addEventListener('beforeunload', (event) => {
      if (this.element.isConnected && this.changes().length) { event.preventDefault(); }
    });
    this.tell();
    this.element.dataset.ready = '1';
  }

  keyed(event) {
    const isControl = event.ctrlKey || event.metaKey;
    if (event.target.tagName === 'INPUT') { return; }
    if (isControl && event.key.toLowerCase() === 'z') { event.preventDefault(); this.undo(); return; }
    if (event.key === 'Delete' || event.key === 'Backspace') { event.preventDefault(); this.clear(); return; }
    if (event.key.length === 1 && !isControl && !event.altKey) { this.type(event); }
  }

  clicked(event) {
    const button = event.target.closest('[data-grid-action]');
    if (!button) { return; }
    const { row, field, text } = button.dataset;
    const act = {
      save: () => this.save(),
      undo: () => this.undo(),
      add: () => this.step([], 1),
      remove: () => this.remove(),
      mine: () => this.insist(),
      theirs: () => this.yield(),
      jump: () => this.jump(row, field),
      take: () => this.step([[this.table.getRow(row), this.columns.get(field), text]]),
    };
    act[button.dataset.gridAction]();
  }

  /* A letter typed on a cell replaces what is in it. */
  type(event) {
    const cell = this.selected();
    if (!cell || this.isLocked(cell.getRow(), this.columns.get(cell.getField()))) { return; }
    event.preventDefault();
    cell.edit(true);
    const input = cell.getElement().querySelector('input');
    if (input) { input.value = event.key; }
  }

  range() {
    const range = this.table.getRanges()[0];
    if (!range) { return { rows: [], columns: [] }; }
    return {
      rows: range.getRows(),
      columns: range.getColumns().map((column) => this.columns.get(column.getField())).filter(Boolean),
    };
  }

  selected() {
    const { rows, columns } = this.range();
    return rows.length && columns.length ? rows[0].getCell(columns[0].field) : null;
  }

  clear() {
    const { rows, columns } = this.range();
    this.step(rows.flatMap((row) => columns.map((column) => [row, column, ''])));
  }

  copy(event) {
    if (event.target.tagName === 'INPUT') { return; }
    const { rows, columns } = this.range();
    const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = rows.map((row) => columns.map((column) => quoted(this.text(row, column))).join('\t'));
    event.clipboardData.setData('text/plain', lines.join('\n'));
    event.preventDefault();
  }

  text(row, column) {
    const mark = this.marks.get(key(row.getData().id, column.field));
    return mark && mark.fault ? mark.fault.found : this.cells.show(row.getData()[column.field], column);
  }

  paste(event) {
    const text = event.clipboardData.getData('text/plain');
    if (event.target.tagName === 'INPUT' && !/[\t\n]/.test(text)) { return; }
    event.preventDefault();
    event.stopPropagation();
    const { rows, columns } = this.range();
    if (!rows.length || !columns.length) { return; }
    const pasted = this.cells.table(text);
    const isOne = pasted.length === 1 && pasted[0].length === 1;
    if (isOne && rows.length * columns.length > 1) {
      this.step(rows.flatMap((row) => columns.map((column) => [row, column, pasted[0][0]])));
      return;
    }
    this.spread(pasted, rows[0], columns[0]);
  }

  /* Lay a block over the grid from a cell on; rows that are not there are added, columns cannot be. */
  spread(pasted, first, column) {
    const order = [...this.columns.values()];
    const from = order.indexOf(column);
    const shown = this.table.getRows('display');
    const start = shown.findIndex((row) => row.getData().id === first.getData().id);
    const missing = Math.max(0, start + pasted.length - shown.length);
    const beyond = pasted.reduce((sum, line) => sum + line.slice(order.length - from).filter((one) => one !== '').length, 0);
    const writes = pasted.flatMap((line, down) => line.slice(0, order.length - from)
      .map((text, right) => [shown[start + down] || start + down - shown.length, order[from + right], text]));
    this.step(writes, missing);
    if (beyond) { this.tanlu.toast(fill(this.data.texts.beyond, { n: beyond }), { tone: 'warn' }); }
  }

  /* One step of the user: cells written and rows added, taken back as one. */
  async step(writes, missing = 0) {
    const before = { cells: [], added: [] };
    const rows = Array.from({ length: missing }, () => ({ id: `${ADDED}${++this.count}` }));
    for (const row of rows) { this.added.add(row.id); before.added.push(row.id); }
    const made = rows.length ? await this.table.addData(rows) : [];
    this.table.blockRedraw();
    for (const [target, column, text] of writes) {
      const row = typeof target === 'number' ? made[target] : target;
      if (row && !this.isLocked(row, column)) { before.cells.push(this.write(row, column, text)); }
    }
    this.redraw(before.cells);
    if (before.cells.length || before.added.length) { this.steps.push(before); }
    this.tell();
  }

  write(row, column, text) {
    const data = row.getData();
    const at = key(data.id, column.field);
    this.held.delete(data.id);
    const was = { id: data.id, field: column.field, value: data[column.field], mark: this.marks.get(at) };
    const read = this.cells.read(text, column);
    data[column.field] = 'fault' in read ? read.found : read.value;
    this.marks.set(at, { typed: String(text), fault: 'fault' in read ? read : null });
    return was;
  }

  redraw(cells) {
    for (const id of new Set(cells.map((cell) => cell.id))) {
      const row = this.table.getRow(id);
      if (row) { row.reformat(); }
    }
    this.table.restoreRedraw();
  }

  /* Rows are taken out at the next save; until then they stand struck through. */
  remove() {
    const ids = this.range().rows.map((row) => row.getData().id).filter((id) => !this.removed.has(id));
    if (!ids.length) { return; }
    for (const id of ids) { this.removed.add(id); }
    this.steps.push({ cells: [], added: [], removed: ids });
    this.redraw(ids.map((id) => ({ id })));
    this.tell();
  }

  async undo() {
    const step = this.steps.pop();
    if (!step) { await this.reverse(); return; }
    for (const id of step.removed || []) { this.removed.delete(id); step.cells.push({ id }); }
    this.table.blockRedraw();
    for (const { id, field, value, mark } of step.cells.reverse()) {
      const row = this.table.getRow(id);
      if (row && field) { row.getData()[field] = value; }
      if (!field) { continue; }
      if (mark) { this.marks.set(key(id, field), mark); } else { this.marks.delete(key(id, field)); }
    }
    for (const id of step.added) { this.added.delete(id); this.forget(id); }
    this.redraw(step.cells);
    if (step.added.length) { await this.table.deleteRow(step.added); }
    this.tell();
  }

  forget(id) {
    for (const at of [...this.marks.keys()]) { if (at.startsWith(`${id}\t`)) { this.marks.delete(at); } }
  }

  /* The server writes the reversing change-set; it refuses where the period is closed. */
  async reverse() {
    if (!this.undoable || !this.data.undo_path) { return; }
    const answer = await this.send(this.data.undo_path, { head: this.head, undo: this.undoable });
    if (!answer) { return; }
    this.undoable = answer.undo || '';
    await this.replace(answer);
  }

  changes() {
    const changes = new Map([...this.added].map((id) => [id, { row: id, is_new: true, values: {}, typed: {} }]));
    for (const [at, mark] of this.marks) {
      const [id, field] = at.split('\t');
      if (!changes.has(id)) { changes.set(id, { row: id, is_new: false, values: {}, typed: {} }); }
      changes.get(id).values[field] = mark.fault ? null : this.table.getRow(id).getData()[field];
      changes.get(id).typed[field] = mark.typed;
    }
    for (const id of this.removed) {
      if (this.added.has(id)) { changes.delete(id); }
      else { changes.set(id, { row: id, is_new: false, is_removed: true, values: {}, typed: {} }); }
    }
    return [...changes.values()].filter((change) => !this.held.has(change.row)
      && (change.is_removed || Object.keys(change.typed).length));
  }

  async save() {
    const changes = this.changes();
    if (!changes.length) { this.tell(); return; }
    const reason = this.element.querySelector('[data-grid-reason]');
    const body = { head: this.head, reason: reason ? reason.value.trim() : '', changes };
    const answer = await this.send(this.data.save, body);
    if (!answer) { return; }
    if (reason) { reason.value = ''; }
    this.undoable = answer.undo || '';
    await this.replace(answer);
  }

  /* Somebody changed the same rows: write over what they wrote, or leave it as it is. */
  async insist() {
    for (const { row: id } of this.stale.stale) { this.pin(this.table.getRow(id)); }
    this.head = this.stale.head;
    await this.save();
  }

  /* What was typed was meant with what stood beside it: an amount with the unit it was seen in. */
  pin(row) {
    for (const column of row ? this.columns.values() : []) {
      const beside = this.columns.get(column.beside);
      const id = row && row.getData().id;
      if (beside && this.marks.has(key(id, column.field)) && !this.marks.has(key(id, beside.field))) {
        this.write(row, beside, this.cells.show(row.getData()[beside.field], beside));
      }
    }
  }

  yield() {
    const { head, stale } = this.stale;
    for (const { row: id, theirs } of stale) {
      this.forget(id);
      this.removed.delete(id);
      const row = this.table.getRow(id);
      if (row && theirs) { Object.assign(row.getData(), theirs); row.reformat(); }
      if (row && !theirs) { row.delete(); }
    }
    this.steps = [];
    this.head = head;
    this.refused([]);
    this.tell();
  }

  async send(path, body) {
    this.busy(true);
    const answer = await this.tanlu.ask(path, { method: 'POST', json: body }).catch(() => null);
    this.busy(false);
    if (!answer || answer.status >= 500) { return null; }
    const told = await answer.json();
    const findings = [...(told.stale || []).map((one) => one.text), ...(told.findings || []).map((one) => one.message)];
    this.stale = told.stale ? told : null;
    this.refused(told.ok ? [] : [told.message, ...findings]);
    return told.ok ? told : null;
  }

  /* What the server says counts: its rows, and what it could not read. Rows with such a cell stay. */
  async replace(answer) {
    const bad = new Set((answer.bad || []).map((one) => one.row));
    const isKept = (id) => bad.has(id) || (this.held.has(id) && !this.removed.has(id));
    const kept = [...this.marks].filter(([at]) => isKept(at.split('\t')[0]));
    const typed = new Map([...this.added].filter(isKept).map((id) => [id, { ...this.table.getRow(id).getData() }]));
    this.head = answer.head;
    this.steps = [];
    this.held = new Set(typed.keys());
    this.added = new Set(typed.keys());
    this.marks = new Map(kept);
    this.removed.clear();
    if (answer.rows) { await this.table.replaceData([...typed.values(), ...answer.rows]); }
    for (const [at, mark] of kept) {
      const [id, field] = at.split('\t');
      const row = this.table.getRow(id);
      if (row) { row.getData()[field] = this.value(mark, field); } else { this.marks.delete(at); }
    }
    for (const one of answer.bad || []) {
      this.marks.set(key(one.row, one.field), { typed: one.found, fault: { advice: [], ...one } });
    }
    for (const row of this.table.getRows()) { row.reformat(); }
    if (answer.text) { this.tanlu.toast(answer.text, { tone: bad.size ? 'warn' : 'good' }); }
    this.tell();
  }

  value(mark, field) {
    const read = this.cells.read(mark.typed, this.columns.get(field));
    return 'fault' in read ? read.found : read.value;
  }

  busy(isBusy) {
    for (const button of this.element.querySelectorAll('[data-grid-action]')) { button.disabled = isBusy; }
    if (!isBusy) { this.tell(); }
  }

  refused(lines) {
    const place = this.element.querySelector('[data-grid-refused]');
    place.hidden = !lines.length;
    place.replaceChildren(...lines.map((line) => make('p', '', line)));
    if (this.stale) {
      const choice = make('p', 'buttons');
      choice.append(this.action('mine', this.data.texts.mine, {}), ' ', this.action('theirs', this.data.texts.theirs, {}));
      place.append(choice);
    }
    if (lines.length) { place.focus(); }
  }

  reason(fault) {
    return fault.reason || this.data.reasons[fault.fault];
  }

  /* Buttons, and the list of cells that could not be read. */
  tell() {
    const changed = this.changes().length;
    const bad = [...this.marks].filter(([, mark]) => mark.fault).map(([at, mark]) => [...at.split('\t'), mark.fault]);
    this.button('save').disabled = !changed;
    this.button('undo').disabled = !this.steps.length && !(this.undoable && this.data.undo_path);
    const count = this.element.querySelector('[data-grid-count]');
    count.textContent = bad.length ? fill(this.data.texts.bad, { n: bad.length }) : '';
    this.element.querySelector('[data-grid-faults]').replaceChildren(...bad.map((one) => this.fault(...one)));
  }

  button(action) {
    return this.element.querySelector(`[data-grid-action="${action}"]`);
  }

  fault(id, field, fault) {
    const column = this.columns.get(field);
    const row = this.table.getRow(id);
    const facts = { row: row ? row.getPosition() : '', column: column.title, found: fault.found };
    const item = make('li');
    const jump = this.action('jump', fill(this.data.texts.fault, facts), { row: id, field });
    item.append(jump, ` ${this.reason(fault)} `);
    for (const text of fault.advice || []) {
      item.append(this.action('take', fill(this.data.texts.take, { text }), { row: id, field, text }));
    }
    return item;
  }

  action(name, text, facts) {
    const button = make('button', 'quiet', text);
    button.type = 'button';
    Object.assign(button.dataset, { gridAction: name, ...facts });
    return button;
  }

  async jump(id, field) {
    const row = this.table.getRow(id);
    await this.table.scrollToRow(row, 'center', false).catch(() => null);
    const cell = row.getCell(field);
    this.table.getRanges()[0].setBounds(cell, cell);
    this.element.querySelector('.tabulator-tableholder').focus({ preventScroll: true });
  }
}

function key(id, field) {
  return `${id}\t${field}`;
}

function make(tag, name = '', text = '') {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

/* Sentences come from the server with their places marked: {row}, {found}. */
function fill(sentence, facts) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in facts ? facts[name] : place));
}
