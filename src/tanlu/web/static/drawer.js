/* The trace drawer: shows the answer of a /trace/ address beside the page.

   app.js hands every click on [data-figure] or on a link to /trace/ to open(). The answer holds
   parts/drawer.html.j2; its data-traced becomes the deep link #trace=…. */

const PATIENCE_MS = 200;

let opener = null;
let turn = 0;

/** Ask for an address and show the answer; the focus goes to its heading. */
export async function open(path, from, tanlu) {
  const drawer = document.getElementById('drawer');
  const body = drawer.querySelector('[data-drawer-body]');
  const mine = ++turn;
  if (!drawer.contains(from)) { opener = from; }
  const patience = setTimeout(() => wait(drawer, body), PATIENCE_MS);
  const answer = await tanlu.ask(path).catch(() => null);
  const html = answer && answer.status < 500 ? await answer.text() : '';
  clearTimeout(patience);
  if (mine !== turn) { return; }  /* another number was clicked since, or it was closed */
  drawer.removeAttribute('aria-busy');
  if (!html) { close(); return; }
  tanlu.show(body, html);
  drawer.hidden = false;
  const heading = body.querySelector('[data-focus]') || drawer;
  heading.focus();
  const traced = body.querySelector('[data-traced]');
  if (traced) { replaceHash(`#trace=${encodeURIComponent(traced.dataset.traced)}`); }
}

/* A number that is still being worked out: the drawer opens at once and says it is at it. */
function wait(drawer, body) {
  body.replaceChildren(document.createElement('progress'));
  drawer.setAttribute('aria-busy', 'true');
  drawer.hidden = false;
  drawer.focus();
}

function close() {
  const drawer = document.getElementById('drawer');
  if (drawer.hidden) { return; }
  turn += 1;
  drawer.hidden = true;
  replaceHash('');
  const back = opener && opener.isConnected ? opener : document.getElementById('content');
  back.focus({ preventScroll: true });
  opener = null;
}

function replaceHash(hash) {
  history.replaceState(history.state, '', location.pathname + location.search + hash);
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !document.querySelector('dialog[open]')) { close(); }
});
document.querySelector('#drawer [data-close]').addEventListener('click', close);
