/* The trace drawer: shows the answer of a /trace/ address beside the page.

   app.js hands every click on [data-figure] or on a link to /trace/ to open(). The answer holds
   parts/drawer.html.j2; its data-traced becomes the deep link #trace=…. */

let opener = null;
let turn = 0;

/** Ask for an address and show the answer; the focus goes to its heading. */
export async function open(path, from, tanlu) {
  const drawer = document.getElementById('drawer');
  const body = drawer.querySelector('[data-drawer-body]');
  const mine = ++turn;
  if (!drawer.contains(from)) { opener = from; }
  drawer.setAttribute('aria-busy', 'true');
  const answer = await tanlu.ask(path).catch(() => null);
  const html = answer && answer.status < 500 ? await answer.text() : '';
  if (mine !== turn) { return; }  /* another number was clicked since */
  drawer.removeAttribute('aria-busy');
  if (!html) { return; }
  tanlu.show(body, html);
  drawer.hidden = false;
  document.body.classList.add('with-drawer');
  const heading = body.querySelector('[data-focus]') || drawer;
  heading.focus();
  const traced = body.querySelector('[data-traced]');
  if (traced) { replaceHash(`#trace=${encodeURIComponent(traced.dataset.traced)}`); }
}

function close() {
  const drawer = document.getElementById('drawer');
  if (drawer.hidden) { return; }
  turn += 1;
  drawer.hidden = true;
  document.body.classList.remove('with-drawer');
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
