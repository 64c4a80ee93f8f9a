// What arrived is shown as text only: nothing of it becomes markup.
const limit = 100;
const pause = 2000;
let tag = '';
let ledger = null;

const find = document.getElementById('find');
find.addEventListener('input', () => ledger && showPeople());

// element makes an element of a class with children, which are elements or texts.
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null));
  return made;
}

const number = (n) => n.toLocaleString('en');
const clock = (at) => new Date(at).toLocaleTimeString();

// plain writes a value as a person reads it: CleverTap's dates as dates, lists and objects as JSON.
function plain(value) {
  if (typeof value === 'string') {
    const date = /^\$D_(-?\d+)$/.exec(value);
    return date ? new Date(Number(date[1]) * 1000).toLocaleDateString() : value;
  }
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function facts(of) {
  const list = element('dl', 'facts');
  for (const [key, value] of Object.entries(of || {})) {
    list.append(element('dt', '', key), element('dd', '', plain(value)));
  }
  return list.childElementCount ? list : null;
}

function person(p) {
  const id = p.identity || p.objectId;
  const name = p.attributes.Name || p.attributes.Email || id;
  const ids = [p.identity && `identity ${p.identity}`, p.objectId && `objectId ${p.objectId}`, `account ${p.account}`];
  const events = element('ol', 'events');
  for (const e of p.events) {
    const when = e.ts ? new Date(e.ts * 1000).toLocaleString() : clock(e.at);
    events.append(element('li', '',
      element('div', 'event', element('b', '', e.name), element('span', 'quiet', when)), facts(e.data)));
  }
  const more = p.eventCount - p.events.length;
  return element('article', 'card',
    element('h3', '', String(name)),
    element('div', 'quiet', ids.filter(Boolean).join(' · ')),
    facts(p.attributes),
    p.tokens.length ? element('div', 'quiet', `${p.tokens.length} device token${p.tokens.length > 1 ? 's' : ''}`) : null,
    p.events.length ? events : null,
    more > 0 ? element('div', 'quiet', `and ${number(more)} earlier events`) : null);
}

function showPeople() {
  const wanted = find.value.trim().toLowerCase();
  const people = ledger.people.filter((p) => !wanted || JSON.stringify(p).toLowerCase().includes(wanted));
  const shown = people.map(person);
  if (!shown.length) shown.push(element('p', 'quiet', wanted ? 'Nobody like that has arrived.' : 'Nobody has arrived yet.'));
  document.getElementById('people').replaceChildren(...shown);
}

function refusal(r) {
  const details = element('details', '', element('summary', '', 'The record'),
    element('pre', '', JSON.stringify(r.record, null, 2)));
  return element('article', 'card',
    element('div', 'event', element('span', 'code', `Code ${r.code}`), element('span', 'quiet', clock(r.at))),
    element('div', '', r.meaning.charAt(0).toUpperCase() + r.meaning.slice(1) + '.'),
    element('div', '', r.remedy),
    element('div', 'quiet', r.error),
    details);
}

function showCalls() {
  const rows = ledger.recent.slice(0, 25).map((c) => element('tr', '',
    element('td', '', clock(c.at)),
    element('td', '', c.path.replace(/^\/1\//, '') + (c.dryRun ? ' (dry run)' : '')),
    element('td', c.status === 200 ? 'good' : 'bad', c.status ? String(c.status) : 'cut off'),
    element('td', '', number(c.taken)),
    element('td', '', number(c.refused))));
  const head = element('tr', '', ...['Time', 'Call', 'Answer', 'Taken', 'Not taken'].map((t) => element('th', '', t)));
  document.getElementById('calls').replaceChildren(rows.length
    ? element('table', '', element('thead', '', head), element('tbody', '', ...rows))
    : element('p', 'quiet', 'No call has come yet.'));
}

function showCounts() {
  const calls = Object.values(ledger.calls).reduce((a, b) => a + b, 0);
  const failed = calls - (ledger.calls['200'] || 0);
  const counts = [['Records taken', ledger.taken], ['Refused', ledger.refused], ['Put off', ledger.putOff],
    ['Calls', calls], ['Calls that failed', failed]];
  document.getElementById('counts').replaceChildren(...counts.map(([name, n]) =>
    element('div', '', element('dt', '', name), element('dd', '', number(n)))));
}

function show() {
  showCounts();
  showPeople();
  const refused = ledger.refusals.map(refusal);
  if (!refused.length) refused.push(element('p', 'quiet', 'Nothing was refused.'));
  document.getElementById('refused').replaceChildren(...refused);
  showCalls();
  document.getElementById('state').textContent = ledger.recent.length
    ? `The last call came at ${clock(ledger.recent[0].at)}.`
    : 'Waiting for what arrives…';
}

async function look() {
  try {
    const answer = await fetch(`/ledger?limit=${limit}`, { cache: 'no-store' , headers: tag ? { 'If-None-Match': tag } : {} });
    if (answer.status === 200) {
      ledger = await answer.json();
      tag = answer.headers.get('ETag') || '';
      show();
    }
  } catch {
    document.getElementById('state').textContent = 'The sandbox does not answer. Is it running?';
    tag = '';
  }
  setTimeout(look, pause);
}

look();
