/* Sliders that move a plan: an estimate at once, the optimum when they rest.

   <form data-whatif data-estimate="/…" data-solve="/…" data-into="id">
       [data-slider]          inputs; their values go into the address, so that it can be sent
       [data-shown=name]      the value in words; the estimate's answer holds the new words in elements
                              of the same attribute
       [data-badge=estimate], [data-badge=solving], [data-badge=optimum]    which of them is shown

   While a slider moves, POST data-estimate answers the fragment for #data-into (at most one request
   every 60 ms; an answer that comes late is dropped). After 600 ms of rest POST data-solve answers
   {"job": id}; when it is done, the fragment at its url replaces the estimate. A solve that is overtaken
   is cancelled. */

const THROTTLE_MS = 60;
const REST_MS = 600;

export function mount(scope, tanlu) {
  for (const form of scope.querySelectorAll('form[data-whatif]')) {
    if (!form.dataset.bound) {
      form.dataset.bound = '1';
      bind(form, tanlu);
    }
  }
}

function bind(form, tanlu) {
  const run = { turn: 0, shown: 0, waits: 0, rests: 0, sent: 0, job: '', stop: null };
  form.addEventListener('input', (event) => {
    if (!event.target.matches('[data-slider]')) { return; }
    remember(form);
    clearTimeout(run.rests);
    drop(run, tanlu);
    if (!run.waits) {
      const wait = Math.max(0, THROTTLE_MS - (performance.now() - run.sent));
      run.waits = setTimeout(() => { run.waits = 0; estimate(form, run, tanlu); }, wait);
    }
    run.rests = setTimeout(() => solve(form, run, tanlu), REST_MS);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(run.rests);
    drop(run, tanlu);
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
  if (!answer || answer.status >= 500) { return; }
  const html = await answer.text();
  if (mine < run.shown) { return; }  /* a later answer was here first */
  run.shown = mine;
  put(form, html, 'estimate', tanlu);
}

async function solve(form, run, tanlu) {
  const mine = ++run.turn;
  badge(form, 'solving');
  const answer = await tanlu.ask(form.dataset.solve, { method: 'POST', form: new FormData(form) }).catch(() => null);
  if (!answer || answer.status >= 500) { badge(form, 'estimate'); return; }
  if (!answer.ok) { put(form, await answer.text(), 'estimate', tanlu); return; }
  const { job } = await answer.json();
  if (mine !== run.turn) { cancel(job, tanlu); return; }
  const jobs = await tanlu.load('jobs');
  run.job = job;
  run.stop = jobs.follow(job, async (kind, facts) => {
    if (kind === 'progress') { told(form, facts.text || ''); return; }
    run.job = '';
    if (kind !== 'done') { badge(form, 'estimate'); told(form, facts.error ? facts.error.message || facts.error : ''); return; }
    const found = await tanlu.ask(facts.url);
    if (mine !== run.turn || found.status >= 500) { return; }
    run.shown = mine;
    put(form, await found.text(), 'optimum', tanlu);
  }, tanlu);
}

/* Leave a solve that was overtaken. */
function drop(run, tanlu) {
  run.turn += 1;
  if (run.stop) { run.stop(); run.stop = null; }
  if (run.job) { cancel(run.job, tanlu); run.job = ''; }
}

function cancel(job, tanlu) {
  tanlu.ask(`/api/jobs/${encodeURIComponent(job)}`, { method: 'DELETE' }).catch(() => null);
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
