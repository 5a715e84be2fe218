/* Long jobs: progress as it comes, cancelling, and what happens when one ends.

   [data-job=id][data-state=queued|running]   see templates/parts/job.html.j2. A stream is open only
   while its job runs and the tab is seen: browsers allow six connections to a host. Where no stream
   gets through, the job is asked every two seconds. */

const POLL_MS = 2000;
const TRIES = 3;
const KINDS = ['progress', 'done', 'failed', 'cancelled', 'interrupted'];

const streams = new Map();

export function mount(scope, tanlu) {
  for (const element of scope.querySelectorAll('[data-job]')) {
    const isOpen = ['queued', 'running'].includes(element.dataset.state);
    if (isOpen && !element.dataset.followed) {
      element.dataset.followed = '1';
      bind(element, tanlu);
    }
  }
}

/** Follow a job: hear(kind, facts) is called for each event; returns a function that stops it. */
export function follow(id, hear, tanlu) {
  const stream = streams.get(id) || opened(id, tanlu);
  stream.hearers.add(hear);
  if (stream.latest) { hear('progress', stream.latest); }
  return () => {
    stream.hearers.delete(hear);
    if (!stream.hearers.size) { stream.stop(); }
  };
}

/* One stream for a job, however many places of the page show it. */
function opened(id, tanlu) {
  const path = `/api/jobs/${encodeURIComponent(id)}`;
  const words = `lang=${encodeURIComponent(tanlu.lang)}`;
  const stream = { hearers: new Set(), latest: null, stop };
  let last = 0;
  let tries = 0;
  let source = null;
  let timer = 0;
  let isOver = false;

  function heard(kind, facts) {
    if (isOver) { return; }
    if (kind === 'progress') { stream.latest = facts; } else { stop(); }
    for (const hear of [...stream.hearers]) { hear(kind, facts); }
  }

  function listen() {
    if (isOver || document.hidden || source || timer) { return; }
    source = new EventSource(`${path}/events?${words}&after=${last}`);
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        last = event.lastEventId || last;
        tries = 0;
        heard(kind, JSON.parse(event.data));
      });
    }
    source.onerror = () => {
      tries += 1;
      if (source && (source.readyState === EventSource.CLOSED || tries >= TRIES)) { hush(); poll(); }
    };
  }

  async function poll() {
    timer = 0;
    if (isOver || document.hidden) { return; }
    const answer = await fetch(`${path}?${words}`).catch(() => null);
    const job = answer && answer.ok ? await answer.json() : null;
    if (answer && answer.status === 404) { heard('failed', await answer.json().catch(() => ({}))); }
    if (job) { heard(...told(job)); }
    if (!isOver) { timer = setTimeout(poll, POLL_MS); }
  }

  function hush() {
    if (source) { source.close(); source = null; }
    clearTimeout(timer);
    timer = 0;
  }

  function seen() {
    if (document.hidden) { hush(); } else { listen(); }
  }

  function stop() {
    isOver = true;
    streams.delete(id);
    hush();
    document.removeEventListener('visibilitychange', seen);
  }

  document.addEventListener('visibilitychange', seen);
  addEventListener('pagehide', hush);
  streams.set(id, stream);
  listen();
  return stream;
}

/* The state of a job, as the event it would have been. */
function told(job) {
  if (job.state === 'queued' || job.state === 'running') { return ['progress', job.progress || {}]; }
  return [job.state, { ...(job.result || {}), error: job.error }];
}

function bind(element, tanlu) {
  const text = element.querySelector('[data-job-text]');
  const bar = element.querySelector('progress');
  const stop = follow(element.dataset.job, (kind, facts) => {
    if (!element.isConnected) { stop(); return; }
    if (kind === 'progress') {
      if (typeof facts.pct === 'number') { bar.value = facts.pct; } else { bar.removeAttribute('value'); }
      text.textContent = facts.text || '';
      return;
    }
    ended(element, kind, facts, tanlu);
  }, tanlu);
  const form = element.querySelector('form[action*="/cancel"]');
  if (form) { form.addEventListener('submit', (event) => cancel(event, form, tanlu)); }
}

async function cancel(event, form, tanlu) {
  event.preventDefault();
  form.querySelector('button').disabled = true;
  const answer = await tanlu.ask(form.action, { method: 'POST', form: new FormData(form) }).catch(() => null);
  if (!answer || !answer.ok) { form.querySelector('button').disabled = false; }
}

async function ended(element, kind, facts, tanlu) {
  element.dataset.state = kind;
  if (kind === 'done' && facts.url && 'follow' in element.dataset) {
    location.assign(kept(facts.url));
    return;
  }
  if (element.classList.contains('strip')) {
    const failed = facts.error ? facts.error.message || facts.error : '';
    element.remove();
    if (kind === 'done') {
      tanlu.toast(element.dataset.ended, { tone: 'good', href: facts.url && kept(facts.url), action: element.dataset.open });
    } else {
      tanlu.toast(failed || element.dataset.stopped, { tone: kind === 'failed' ? 'bad' : 'warn' });
    }
    return;
  }
  const answer = await tanlu.ask(location.href.split('#')[0]);
  if (answer.status < 500) { tanlu.show(document.getElementById('content'), await answer.text()); }
}

/* An address of this server in the language, year and scenario of the page it is opened from. */
function kept(address) {
  const found = new URL(address, location.href);
  const here = new URLSearchParams(location.search);
  for (const name of ['lang', 'year', 'scenario']) {
    if (here.has(name) && !found.searchParams.has(name)) { found.searchParams.set(name, here.get(name)); }
  }
  return found.href;
}
