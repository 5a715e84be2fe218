/* What every page has: loading of the other modules, answers of htmx, toasts, confirm, theme, copy.

   Attributes: see templates/base.html.j2. A module exports mount(scope, tanlu), called for the page
   and again after each swap; it must leave alone what it bound before. */

const root = document.documentElement;
const files = JSON.parse(root.dataset.modules);
const texts = JSON.parse(root.dataset.texts);
const loaded = new Map();

const MODULES = [
  ['charts', '[data-chart], [data-tabs]'],
  ['grid', '[data-grid]'],
  ['jobs', '[data-job][data-state="running"], [data-job][data-state="queued"]'],
  ['whatif', '[data-whatif]'],
  ['upload', '[data-drop]'],
];

/** What modules are handed. */
export const tanlu = {
  files, texts, load, upgrade, toast, ask, show, openFigure,
  lang: root.dataset.lang,
  isDark,
};

/** Load a module or library once, by its name in data-modules. */
function load(name) {
  if (!loaded.has(name)) { loaded.set(name, import(files[name])); }
  return loaded.get(name);
}

/** Bind everything in a part of the page that a module is for. */
function upgrade(scope) {
  for (const [name, selector] of MODULES) {
    if (scope.querySelector(selector) || (scope.matches && scope.matches(selector))) {
      load(name).then((module) => module.mount(scope, tanlu));
    }
  }
  for (const item of scope.querySelectorAll('[data-toast]')) {
    item.removeAttribute('data-toast');
    place(item);
  }
}

/* Requests of the modules ------------------------------------------------------------------- */

/** Send a request as this page; an answer of 5xx or none at all is told in a toast. */
async function ask(path, { method = 'GET', form = null, json = null, signal = null } = {}) {
  const headers = { 'HX-Request': 'true', 'X-CSRF-Token': root.dataset.csrf };
  if (json) { headers['Content-Type'] = 'application/json'; headers.Accept = 'application/json'; }
  try {
    const body = json ? JSON.stringify(json) : form;
    const answer = await fetch(path, { method, headers, body, signal, credentials: 'same-origin' });
    if (answer.status >= 500) { toast(texts.failed, { tone: 'bad' }); }
    return answer;
  } catch (error) {
    if (error.name !== 'AbortError') { toast(texts.offline, { tone: 'bad' }); }
    throw error;
  }
}

/** Put a fragment into an element and bind what is in it. */
function show(target, html) {
  target.innerHTML = html;
  htmx.process(target);
  upgrade(target);
}

document.addEventListener('htmx:after:swap', (event) => {
  upgrade(document);
  const target = event.detail.ctx.target;
  const wanted = target && target.isConnected && target.querySelector('[data-focus]');
  if (wanted) {
    wanted.focus();
  } else if (document.activeElement === document.body && target && target.isConnected) {
    if (!target.hasAttribute('tabindex')) { target.tabIndex = -1; }
    target.focus({ preventScroll: true });
  }
});
document.addEventListener('htmx:response:error', (event) => {
  if (event.detail.ctx.response.status >= 500) { toast(texts.failed, { tone: 'bad' }); }
});
document.addEventListener('htmx:error', () => toast(texts.offline, { tone: 'bad' }));

/* Toasts ------------------------------------------------------------------------------------ */

function toast(text, { tone = '', href = '', action = '' } = {}) {
  const item = document.createElement('p');
  item.className = `toast ${tone}`;
  item.textContent = text;
  if (href) {
    const link = document.createElement('a');
    link.href = href;
    link.textContent = action;
    item.append(' ', link);
  }
  place(item);
}

function place(item) {
  const region = document.getElementById('toasts');
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = '×';
  close.setAttribute('aria-label', region.dataset.dismiss);
  close.addEventListener('click', () => item.remove());
  item.append(close);
  region.append(item);
  if (!item.classList.contains('bad')) { setTimeout(() => item.remove(), 8000); }
}

/* Clicks ------------------------------------------------------------------------------------ */

/** Open the trace of a figure in the drawer. */
function openFigure(figure, opener = document.activeElement) {
  const [path, query] = root.dataset.trace.split('?');
  const id = figure.split('/').map(encodeURIComponent).join('/');
  openTrace(`${path}${id}${query ? `?${query}` : ''}`, opener);
}

function openTrace(path, opener) {
  load('drawer').then((module) => module.open(path, opener, tanlu));
}

document.addEventListener('click', (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const from = event.target instanceof Element ? event.target : null;
  if (!from || !plain || event.defaultPrevented) { return; }
  const traced = from.closest('a[href^="/trace/"], [data-figure]');
  if (traced) {
    event.preventDefault();
    if (traced.href) { openTrace(traced.getAttribute('href'), traced); }
    else { openFigure(traced.dataset.figure, traced); }
    return;
  }
  const copied = from.closest('[data-copy]');
  if (copied) { copy(copied.dataset.copy); }
  const toggle = from.closest('[data-toggle]');
  if (toggle) {
    event.preventDefault();
    const isOpen = document.getElementById(toggle.dataset.toggle).classList.toggle('open');
    toggle.setAttribute('aria-expanded', String(isOpen));
  }
  if (from.closest('[data-theme-switch]')) { setTheme(isDark() ? 'light' : 'dark'); }
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(texts.copied, { tone: 'good' });
  } catch (error) {
    toast(`${texts.not_copied} ${text}`);
  }
}

/* Confirm: before htmx or the browser sends anything ----------------------------------------- */

const sure = new WeakSet();

for (const kind of ['submit', 'click']) {
  document.addEventListener(kind, (event) => {
    const from = event.target instanceof Element ? event.target : null;
    const asked = kind === 'submit' ? event.submitter || from : from;
    const item = asked && asked.closest('[data-confirm]');
    const isMine = item && (kind === 'submit') === (item instanceof HTMLFormElement);
    if (!isMine || sure.delete(item)) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    confirmed(item.dataset.confirm).then((yes) => {
      if (!yes) { return; }
      sure.add(item);
      if (kind === 'submit') { item.requestSubmit(event.submitter); } else { item.click(); }
    });
  }, true);
}

function confirmed(question) {
  const dialog = document.getElementById('confirm');
  dialog.querySelector('p').textContent = question;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

/* Selects that send their form; other facts of the address stay ------------------------------- */

document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-autosubmit]');
  if (!form) { return; }
  if (form.method !== 'get') { form.requestSubmit(); return; }
  const address = new URL(form.action);
  address.search = location.search;
  for (const [name, value] of new FormData(form)) { address.searchParams.set(name, value); }
  location.assign(address);
});

/* Theme ------------------------------------------------------------------------------------- */

const system = matchMedia('(prefers-color-scheme: dark)');

function isDark() {
  return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
}

function setTheme(theme) {
  root.dataset.theme = theme;
  try { localStorage.setItem('tanlu.theme', theme); } catch (error) { /* for this page only */ }
  tellTheme();
}

function tellTheme() {
  const button = document.querySelector('[data-theme-switch]');
  if (button) { button.setAttribute('aria-label', isDark() ? texts.light : texts.dark); }
  document.dispatchEvent(new CustomEvent('tanlu:theme'));
}

system.addEventListener('change', tellTheme);
tellTheme();
upgrade(document);

/* Deep link to a trace ----------------------------------------------------------------------- */

function openLinked() {
  const linked = /^#trace=(.+)$/.exec(location.hash);
  if (linked) { openFigure(decodeURIComponent(linked[1]), null); }
}

addEventListener('hashchange', openLinked);
openLinked();
