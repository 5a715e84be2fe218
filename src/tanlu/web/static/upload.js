/* Places for files: [data-drop] around an input of type file, inside a form (parts/forms.html.j2).

   Files may be dropped on it; their names are listed; sending shows how much is over. The form works
   without this: it is a plain upload. An answer that leads elsewhere is gone to, any other is shown. */

export function mount(scope, tanlu) {
  for (const place of scope.querySelectorAll('[data-drop]')) {
    if (!place.dataset.bound) {
      place.dataset.bound = '1';
      bind(place, tanlu);
    }
  }
}

function bind(place, tanlu) {
  const input = place.querySelector('input[type="file"]');
  const form = input.form;
  input.addEventListener('change', () => list(place, input));
  for (const kind of ['dragenter', 'dragover']) {
    place.addEventListener(kind, (event) => { event.preventDefault(); place.classList.add('over'); });
  }
  for (const kind of ['dragleave', 'drop']) {
    place.addEventListener(kind, () => place.classList.remove('over'));
  }
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    const files = new DataTransfer();
    for (const file of event.dataTransfer.files) {
      if (input.multiple || !files.items.length) { files.items.add(file); }
    }
    input.files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented || !input.files.length) { return; }
    event.preventDefault();
    send(form, place, tanlu, event.submitter);
  });
}

function list(place, input) {
  const items = [...input.files].map((file) => {
    const item = document.createElement('li');
    item.textContent = file.name;
    return item;
  });
  place.querySelector('[data-drop-files]').replaceChildren(...items);
}

function send(form, place, tanlu, submitter) {
  const bar = place.querySelector('[data-drop-bar]');
  const buttons = form.querySelectorAll('button');
  const request = new XMLHttpRequest();
  const body = new FormData(form, submitter);
  const free = () => {
    bar.hidden = true;
    for (const button of buttons) { button.disabled = false; }
  };
  request.open('POST', form.action);
  request.setRequestHeader('HX-Request', 'true');
  request.setRequestHeader('X-CSRF-Token', document.documentElement.dataset.csrf);
  request.upload.addEventListener('progress', (event) => {
    if (event.lengthComputable) { bar.value = (100 * event.loaded) / event.total; }
  });
  request.addEventListener('load', () => { free(); answered(request, form, tanlu); });
  request.addEventListener('error', () => { free(); tanlu.toast(tanlu.texts.offline, { tone: 'bad' }); });
  bar.value = 0;
  bar.hidden = false;
  for (const button of buttons) { button.disabled = true; }
  request.send(body);
}

function answered(request, form, tanlu) {
  if (request.status >= 500) { tanlu.toast(tanlu.texts.failed, { tone: 'bad' }); return; }
  const place = new URL(request.responseURL);
  const isElsewhere = request.status < 400 && request.responseURL.split('#')[0] !== form.action.split('#')[0];
  if (isElsewhere) { location.assign(place); return; }
  const content = document.getElementById('content');
  tanlu.show(content, request.responseText);
  (content.querySelector('[data-focus]') || content).focus();
}
