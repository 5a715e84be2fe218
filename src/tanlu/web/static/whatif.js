/* Sliders that move a plan: an estimate at once, the optimum when they rest.

   <form data-whatif data-estimate="/…" data-solve="/…" data-into="id">
       [data-slider]          inputs; their values go into the address, so that it can be sent
       [data-shown=name]      the value in words; the estimate's answer holds the new words in elements
                              of the same attribute
       [data-badge=estimate], [data-badge=solving], [data-badge=optimum]    which of them is shown

   With data-at-once the form is solved when the page opens: its address holds a change.

   While a slider moves, POST data-estimate answers the fragment for #data-into (at most one request
   every 60 ms; an answer that comes late is dropped). After 600 ms of rest POST data-solve answers
   the fragment of the plan solved anew, which replaces the estimate. The server drops a question that a
   newer one of the same form overtakes: it answers 409. */

const THROTTLE_MS = 60;
const REST_MS = 600;
const OVERTAKEN = 409;   /* a newer question took the place of this one */

export function mount(scope, tanlu) {
  for (const form of scope.querySelectorAll('form[data-whatif]')) {
    if (!form.dataset.bound) {
      form.dataset.bound = '1';
      bind(form, tanlu);
    }
  }
}

function bind(form, tanlu) {
  const run = { turn: 0, shown: 0, waits: 0, rests: 0, sent: 0 };
  form.addEventListener('input', (event) => {
    if (!event.target.matches('[data-slider]')) { return; }
    remember(form);
    clearTimeout(run.rests);
    run.turn += 1;  /* what is on its way is of another question */
    if (!run.waits) {
      const wait = Math.max(0, THROTTLE_MS - (performance.now() - run.sent));
      run.waits = setTimeout(() => { run.waits = 0; estimate(form, run, tanlu); }, wait);
    }
    run.rests = setTimeout(() => solve(form, run, tanlu), REST_MS);
  });
  if (form.hasAttribute('data-at-once')) { solve(form, run, tanlu); }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(run.rests);
    run.turn += 1;  /* what is on its way is of another question */
    solve(form, run, tanlu);
  });
}

function remember(form) {
  const address = new URL(location.href);
  for (const slider of form.querySelectorAll('[data-slider]')) {
    address.searchParams.set(slider.name, slider.value);
  }
  history.replaceState(history.state, '', address);
}

async function estimate(form, run, tanlu) {
  const mine = ++run.turn;
  run.sent = performance.now();
  const answer = await tanlu.ask(form.dataset.estimate, { method: 'POST', form: new FormData(form) }).catch(() => null);
  if (!answer || answer.status >= 500 || answer.status === OVERTAKEN) { return; }
  const html = await answer.text();
  if (mine < run.shown) { return; }  /* a later answer was here first */
  run.shown = mine;
  put(form, html, 'estimate', tanlu);
}

async function solve(form, run, tanlu) {
  const mine = ++run.turn;
  badge(form, 'solving');
  const answer = await tanlu.ask(form.dataset.solve, { method: 'POST', form: new FormData(form) }).catch(() => null);
  if (mine !== run.turn || (answer && answer.status === OVERTAKEN)) { return; }
  if (!answer || answer.status >= 500) { badge(form, 'estimate'); return; }
  run.shown = mine;
  put(form, await answer.text(), answer.ok ? 'optimum' : 'estimate', tanlu);
}

function put(form, html, kind, tanlu) {
  const target = document.getElementById(form.dataset.into);
  tanlu.show(target, html);
  for (const words of target.querySelectorAll('[data-shown]')) {
    const place = form.querySelector(`[data-shown="${CSS.escape(words.dataset.shown)}"]`);
    if (place && place !== words) { place.textContent = words.textContent; words.remove(); }
  }
  told(form, '');
  badge(form, kind);
}

function badge(form, kind) {
  for (const item of form.querySelectorAll('[data-badge]')) { item.hidden = item.dataset.badge !== kind; }
}

function told(form, text) {
  const place = form.querySelector('[data-whatif-text]');
  if (place) { place.textContent = text; }
}
