/* Charts and tabs.

   [data-chart]   data-json holds options by width and theme, ready made: words, units and digits come
                  from the server. tanluCharts.resolve puts in the functions they name.
   [data-tabs]    a tablist of buttons [data-tab=name] and panels [data-panel=name]. */

const PHONE = 520;        /* px: below it the narrow option is drawn */
const MANY_POINTS = 2000; /* above it a canvas draws faster than SVG */
const PAPER = 608;        /* px: 170 mm of paper less the card around it */
const live = new Map();

let library = null;
let isPrinting = false;

export function mount(scope, tanlu) {
  for (const element of all(scope, '[data-tabs]')) { bindTabs(element); }
  const charts = all(scope, '[data-chart]').filter((element) => !live.has(element));
  for (const element of charts) {
    live.set(element, { data: JSON.parse(element.dataset.json), chart: null, drawn: '' });
    element.removeAttribute('data-json');
  }
  if (!charts.length) { return; }
  library ||= Promise.all([tanlu.load('tanluCharts'), tanlu.load('echarts')]);
  library.then(() => {
    for (const element of charts) {
      new ResizeObserver(() => fit(element, tanlu)).observe(element);
    }
  });
  if (!mount.isListening) { listen(tanlu); }
}

function all(scope, selector) {
  const found = [...scope.querySelectorAll(selector)];
  return scope.matches && scope.matches(selector) ? [scope, ...found] : found;
}

function listen(tanlu) {
  mount.isListening = true;
  const each = (how) => () => {
    for (const element of [...live.keys()]) {
      if (element.isConnected) { how(element); } else { forget(element); }
    }
  };
  document.addEventListener('tanlu:theme', each((element) => fit(element, tanlu)));
  document.addEventListener('htmx:after:swap', each(() => {}));
  addEventListener('beforeprint', () => {
    isPrinting = true;
    each((element) => draw(element, 'wide', 'light', PAPER, tanlu))();
  });
  addEventListener('afterprint', () => {
    isPrinting = false;
    each((element) => fit(element, tanlu))();
  });
}

function forget(element) {
  const { chart } = live.get(element);
  if (chart) { chart.dispose(); }
  live.delete(element);
}

/** Draw for the room and theme there is now; a hidden chart waits until it is shown. */
function fit(element, tanlu) {
  const width = element.clientWidth;
  if (!width || isPrinting || !live.has(element)) { return; }
  draw(element, width < PHONE ? 'narrow' : 'wide', tanlu.isDark() ? 'dark' : 'light', width, tanlu);
}

function draw(element, size, theme, width, tanlu) {
  const state = live.get(element);
  const height = state.data.height[size];
  if (state.drawn === `${size} ${theme}`) {
    state.chart.resize({ width, height });
    return;
  }
  if (state.chart) { state.chart.dispose(); }
  element.style.height = `${height}px`;
  const option = globalThis.tanluCharts.resolve(structuredClone(state.data.option[size][theme]));
  for (const series of option.series || []) { series.emphasis = { disabled: true }; }  /* colors stay */
  const renderer = points(option) > MANY_POINTS ? 'canvas' : 'svg';
  state.chart = globalThis.echarts.init(element, null, { renderer, width, height });
  state.chart.setOption({ ...option, animation: false, tooltip: tooltip(state.data.tips) });
  state.chart.on('click', (event) => drill(event, state.data.tips, element, tanlu));
  state.drawn = `${size} ${theme}`;
}

function points(option) {
  return (option.series || []).reduce((sum, series) => sum + (series.data || []).length, 0);
}

/* A tooltip is text on the canvas: as HTML it would need styles the page does not allow. Its words are
   the server's, by year or row, or by the number in the mark. */
function tooltip({ trigger = 'item', texts = {} }) {
  const key = trigger === 'axis' ? (event) => event[0].axisValue : (event) => event.value[5];
  return {
    trigger,
    renderMode: 'richText',
    confine: true,
    transitionDuration: 0,
    backgroundColor: '#0d2b2a',
    borderWidth: 0,
    padding: [7, 11],
    textStyle: { color: '#ffffff', fontSize: 12, lineHeight: 18 },
    axisPointer: { type: 'line', lineStyle: { color: '#869696' } },
    formatter: (event) => texts[key(event)] || '',
  };
}

/* A click opens the figure behind the row, or goes to the address a point carries. */
function drill(event, { opens = {} }, element, tanlu) {
  const figure = opens[event.name];
  if (figure) { tanlu.openFigure(figure, element); }
  else if (event.data && event.data.href) { location.assign(event.data.href); }
}

function bindTabs(element) {
  const list = element.querySelector('[role="tablist"]');
  if (!list || list.dataset.bound) { return; }
  list.dataset.bound = '1';
  const tabs = [...list.querySelectorAll('[data-tab]')];
  list.addEventListener('click', (event) => {
    const tab = event.target.closest('[data-tab]');
    if (tab) { choose(element, tabs, tab); }
  });
  list.addEventListener('keydown', (event) => {
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) { return; }
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    choose(element, tabs, tab);
    tab.focus();
  });
}

function choose(element, tabs, chosen) {
  for (const tab of tabs) {
    const isOn = tab === chosen;
    tab.setAttribute('aria-selected', String(isOn));
    tab.tabIndex = isOn ? 0 : -1;
  }
  for (const panel of element.querySelectorAll('[data-panel]')) {
    panel.classList.toggle('on', panel.dataset.panel === chosen.dataset.tab);
  }
}
