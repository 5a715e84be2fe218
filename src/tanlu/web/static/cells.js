/* What people type or paste into a cell, read by the type of its column. No page in here.

   Types: text, number, ratio, month, date, choice. A cell is read to {value} or to {fault, found,
   advice}: the fault is a word of data-grid's reasons, advice a list of texts that would do. The server
   reads everything again; this only tells early. */

const SERIAL_FROM = 36526; /* 2000-01-01 as a spreadsheet counts days */
const SERIAL_TO = 73050;   /* 2099-12-31 */
const DAY_ZERO = Date.UTC(1899, 11, 30);
const DAY_MS = 86400000;
const YEAR = '((?:19|20)\\d\\d)';
const MONTH_TEXT = new RegExp(`^${YEAR}(?:[-/]|\\u5e74)(\\d{1,2})\\u6708?$`);
const DATE_TEXT = new RegExp(`^${YEAR}(?:[-/.]|\\u5e74)(\\d{1,2})(?:[-/.]|\\u6708)(\\d{1,2})\\u65e5?$`);
const POINT_TEXT = new RegExp(`^${YEAR}\\.(\\d{1,2})$`);
const NUMBER_TEXT = /^[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:e[-+]?\d{1,2})?$/i;
const LOOKALIKE = { o: '0', O: '0', l: '1', I: '1', S: '5', B: '8' };

/** Take the text of a clipboard apart: tabs, lines, and quoted fields that hold either. */
export function table(text) {
  const rows = [[]];
  const pattern = /("(?:[^"]|"")*"(?=[\t\r\n]|$)|[^\t\r\n]*)(\t|\r\n|\r|\n|$)/g;
  for (let match; (match = pattern.exec(text));) {
    const [, field, end] = match;
    const isQuoted = field.length > 1 && field.startsWith('"') && field.endsWith('"');
    rows.at(-1).push(isQuoted ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (!end) { break; }
    if (end !== '\t') { rows.push([]); }
  }
  const last = rows.at(-1);
  if (rows.length > 1 && last.length === 1 && last[0] === '') { rows.pop(); }
  return rows;
}

/** Read one cell. */
export function read(text, column) {
  const found = String(text ?? '').trim();
  if (found === '') { return column.required ? { fault: 'required', found, advice: [] } : { value: null }; }
  const plain = found.normalize('NFKC').replaceAll('\u2212', '-').trim();
  const made = READERS[column.type](plain, column, found);
  return 'fault' in made ? { found, advice: [], ...made } : made;
}

/** Show a value as its column writes it. */
export function show(value, column) {
  if (value === null || value === undefined) { return ''; }
  if (column.type === 'ratio' && typeof value === 'number') { return `${exact(value * 100)}%`; }
  if (column.type === 'choice') {
    const choice = column.choices.find((one) => one.value === value);
    return choice ? choice.text : String(value);
  }
  return String(value);
}

const READERS = { text: (plain, column, found) => ({ value: found }), number, ratio, month, date, choice };

function exact(value) {
  return Number(value.toPrecision(14));
}

/* Digits beyond what the browser can hold stay text, to the last one. */
function digits(plain) {
  const bare = plain.replaceAll(',', '').replace(/\s(?=\d)/g, '');
  if (!NUMBER_TEXT.test(plain.replace(/\s(?=\d{3})/g, ',')) || !/\d/.test(bare)) { return null; }
  const significant = bare.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '');
  return significant.length > 15 ? bare : Number(bare);
}

function number(plain) {
  const value = digits(plain);
  if (value !== null) { return { value }; }
  if (/%$/.test(plain) && digits(plain.slice(0, -1)) !== null) { return { fault: 'percent' }; }
  const fixed = plain.replace(/[oOlISB]/g, (sign) => LOOKALIKE[sign]);
  return { fault: 'number', advice: digits(fixed) !== null ? [fixed] : [] };
}

function ratio(plain) {
  const isPercent = /%$/.test(plain);
  const value = digits(isPercent ? plain.slice(0, -1).trim() : plain);
  if (value === null) { return { fault: 'ratio' }; }
  if (isPercent) { return { value: exact(Number(value) / 100) }; }
  return Math.abs(value) <= 1 ? { value } : { fault: 'ratio_above_one', advice: [`${plain}%`] };
}

function serial(plain) {
  const days = /^\d{5}$/.test(plain) ? Number(plain) : 0;
  if (days < SERIAL_FROM || days > SERIAL_TO) { return null; }
  return new Date(DAY_ZERO + days * DAY_MS).toISOString().slice(0, 10);
}

function two(value) {
  return String(value).padStart(2, '0');
}

function yearMonth(year, part) {
  return Number(part) >= 1 && Number(part) <= 12 ? { value: `${year}-${two(part)}` } : { fault: 'month' };
}

function month(plain) {
  const text = MONTH_TEXT.exec(plain);
  if (text) { return yearMonth(text[1], text[2]); }
  const point = POINT_TEXT.exec(plain);
  if (point && point[2] === '1') {  /* a spreadsheet writes 2025.10 so too */
    return { fault: 'month_or_october', advice: [`${point[1]}-01`, `${point[1]}-10`] };
  }
  if (point) { return yearMonth(point[1], point[2]); }
  const day = date(plain);
  if (!day.value) { return { fault: 'month' }; }
  const start = day.value.slice(0, 7);
  return day.value.endsWith('-01') ? { value: start } : { fault: 'month_not_day', advice: [start] };
}

function date(plain) {
  const text = DATE_TEXT.exec(plain);
  const day = text ? `${text[1]}-${two(text[2])}-${two(text[3])}` : serial(plain);
  if (!day) { return { fault: 'date' }; }
  const real = new Date(`${day}T00:00:00Z`);
  const isReal = !Number.isNaN(real.valueOf()) && real.toISOString().startsWith(day);
  return isReal ? { value: day } : { fault: 'date' };
}

function choice(plain, column) {
  const wanted = plain.toLowerCase();
  const names = (one) => [one.value, one.text].map((name) => String(name).normalize('NFKC').toLowerCase());
  const exactly = column.choices.find((one) => names(one).includes(wanted));
  if (exactly) { return { value: exactly.value }; }
  const near = column.choices.filter((one) => names(one).some((name) => name.includes(wanted) || wanted.includes(name)));
  return { fault: 'choice', advice: near.slice(0, 3).map((one) => one.text) };
}
