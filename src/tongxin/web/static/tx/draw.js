/* 抽签, format 1: the same as kernel/draw.py, for whoever checks a draw in a browser. Tests hold both to the same vectors and to
   each other's answers on random draws, word for word. Nothing here asks the network. */
import { Sha256, bytesOf, sha256 } from './sha256.js';

export const FORMAT = 'tongxin-draw-1';
const OPEN = 'open', HEX_64 = /^[0-9a-f]{64}$/, TICKET = /^[0-9a-f]{32}$/, WEIGHT = /^[1-9]$/, SIZE = /^size=([1-9][0-9]{0,8})$/;
const GROUP = /^[^\u0000-\u001f\u007f-\u009f,+]+$/u, SURROGATE = /\p{Surrogate}/u;
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,6})?)?(Z|[+-](\d\d):(\d\d))?)?$/;
const NOT_FORMAT = 'the file is not of format 1: ';
const CHUNK = 2000;

/* What differs: `text` as verify_draw says it; `code` and `values` for a page that says it in its reader's words. */
class Differs extends Error {
  constructor(code, text, values = {}) {
    super(text);
    this.code = code;
    this.values = values;
  }
}
const differs = (code, text, values) => { throw new Differs(code, text, values); };
const wrong = (what) => differs('format', `${NOT_FORMAT}${what}`, { what });

/* ---- the list ---- */
const byCodePoint = (a, b) => {
  const left = Array.from(a), right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i].codePointAt(0) - right[i].codePointAt(0);
  }
  return left.length - right.length;
};

export function readLine(line) {
  const parts = line.split(','), [ticket, weight, groups] = parts.length === 3 ? parts : ['', '', ''];
  const named = groups ? groups.split('+') : [];
  const sorted = named.every((one, n) => !n || byCodePoint(named[n - 1], one) < 0);
  const sizes = named.filter((one) => one.startsWith('size=')), sized = sizes.length < 2 && sizes.every((one) => SIZE.test(one));
  if (!TICKET.test(ticket) || !WEIGHT.test(weight) || !named.every((one) => GROUP.test(one)) || !sorted || !sized) {
    differs('line', `名单里这一行写得不对：${Array.from(line).slice(0, 80).join('')}。`, { line: line.slice(0, 80) });
  }
  return { ticket, weight: Number(weight), groups: named, size: sizes.length ? Number(sizes[0].slice(5)) : 1 };
}

function checkSorted(tickets) {
  const times = new Map();
  for (const one of tickets) times.set(one.ticket, (times.get(one.ticket) || 0) + 1);
  for (const [ticket, count] of times) if (count > 1) differs('twice', `票号${ticket}在名单里出现了两次。`, { ticket });
  for (let n = 1; n < tickets.length; n++) {
    if (tickets[n].ticket < tickets[n - 1].ticket) differs('unsorted', '名单没有按票号排序。');
  }
}

export function listDigest(lines) {
  const hash = new Sha256();
  for (let at = 0; at < lines.length; at += CHUNK) hash.update(bytesOf(`${lines.slice(at, at + CHUNK).join('\n')}\n`));
  return hash.hex();
}

/* ---- seed, keys, order, places ---- */
export const commitment = (seal) => sha256(seal);
export const seedOf = (digest, seals, value = '') => sha256(`${[FORMAT, digest, ...seals, value].join('\n')}\n`);

/* The seed fills the first block of what is hashed for every key: that block is mixed once. */
export function keys(seed) {
  const begun = new Sha256().update(bytesOf(seed));
  return (ticket) => {
    let best = '';
    for (let chance = 1; chance <= ticket.weight; chance++) {
      const found = begun.copy().update(bytesOf(`:${ticket.ticket}:${chance}`)).hex();
      if (!best || found < best) best = found;
    }
    return best;
  };
}

function fill(ordered, units, name, places) {
  for (const one of ordered) {
    if (units === 0) break;
    if (!places.has(one.ticket) && one.size <= units) {
      places.set(one.ticket, name);
      units -= one.size;
    }
  }
  return units;
}

function fillReserves(ordered, reserves, places) {
  let spilled = 0, handedOn = 0;
  for (const reserve of reserves) {
    const members = ordered.filter((one) => one.groups.includes(reserve.group));
    const unused = fill(members, reserve.units + handedOn, reserve.group, places);
    handedOn = reserve.spill === 'next' ? unused : 0;
    spilled += reserve.spill === 'open' ? unused : 0;
  }
  return spilled + handedOn;
}

/* ticket → of whose places. */
export function placesOf(ordered, units, reserves) {
  const kept = reserves.reduce((sum, one) => sum + one.units, 0), places = new Map();
  if (kept > units || reserves.some((one) => one.units < 0)) differs('reserves', '各组预留的名额加起来超过了总数，请改其中一个。');
  let spilled = fillReserves(ordered, reserves.filter((one) => one.when === 'first'), places);
  const left = fill(ordered, units - kept + spilled, OPEN, places);
  spilled = fillReserves(ordered, reserves.filter((one) => one.when === 'last'), places);
  fill(ordered, left + spilled, OPEN, places);
  return places;
}

/* ---- the file ---- */
/* Of a name that stands twice one reader takes the first and another the last: such a file says two things. */
function checkNames(text) {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g, open = [];
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [one, colon] = found, names = open.at(-1);
    if (one === '{' || one === '[') open.push(one === '{' ? new Set() : null);
    else if (one === '}' || one === ']') open.pop();
    else if (names && colon) {
      const name = JSON.parse(one.slice(0, -colon.length));
      if (names.has(name)) differs('name-twice', `the file is not JSON: ${name} stands in it twice`, { name });
      names.add(name);
    }
  }
}
/* What stands in the bytes of a file. Throws a Differs, or whatever says that it is no JSON. */
export function read(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes), file = JSON.parse(text);
  checkNames(text);
  return file;
}
function had(file, name) {
  if (!(name in file)) wrong(`KeyError '${name}'`);
  return file[name];
}
function rows(file, name) {
  const found = had(file, name);
  return Array.isArray(found) ? found : wrong(`TypeError ${name} is no list`);
}
function text(said, field) {
  const found = said !== null && typeof said === 'object' && !Array.isArray(said) ? said[field] : said;
  if (found !== null && found !== undefined && typeof found !== 'string') wrong(`TypeError ${field} is no text`);
  return found || '';
}
/* An empty list or object says nothing, as in Python. */
const said = (one) => (one !== null && typeof one === 'object' ? Object.keys(one).length > 0 : Boolean(one));
function whole(said) {
  return Number.isSafeInteger(said) ? said : wrong('TypeError units is no whole number');
}
function linesOf(said) {
  if (typeof said === 'string') return said ? (said.endsWith('\n') ? said.slice(0, -1) : said).split('\n') : [];
  if (Array.isArray(said) && said.every((line) => typeof line === 'string')) return said;
  return wrong('TypeError list is neither text nor lines');
}
function reserveOf(said) {
  const when = 'when' in said ? said.when : 'first', spill = 'spill' in said ? said.spill : 'open';
  if (!['first', 'last'].includes(when) || !['open', 'next', 'none'].includes(spill)) {
    wrong('ValueError a reserve is filled first or last, and spills to open, next or none');
  }
  if (typeof had(said, 'group') !== 'string') wrong('TypeError group is no text');
  return { group: said.group, units: whole(had(said, 'units')), when, spill };
}

/* Of what nothing follows from, as JSON with its names sorted and no blanks (kernel/draw.py says the same). */
const RECOMPUTED = ['list', 'order', 'awarded', 'waiting', 'given'], REST = 'rest_digest';
const exact = (held) => {
  if (Array.isArray(held)) return `[${held.map(exact).join(',')}]`;
  if (held === null || typeof held !== 'object') return JSON.stringify(held);
  return `{${Object.keys(held).sort(byCodePoint).map((name) => `${JSON.stringify(name)}:${exact(held[name])}`).join(',')}}`;
};
export function restDigest(file) {
  const names = Object.keys(file).filter((name) => name !== REST && !RECOMPUTED.includes(name));
  return sha256(exact(Object.fromEntries(names.map((name) => [name, file[name]]))));
}

function moment(said) {
  const found = typeof said === 'string' && MOMENT.exec(said);
  if (!found) return null;
  const [, y, mo, d, h = '0', mi = '0', s = '0', part = '', zone = '+08:00', oh = zone === 'Z' ? '0' : '8', om = '0'] = found;
  const day = new Date(Date.UTC(2000, 0, 1));
  day.setUTCFullYear(Number(y), Number(mo) - 1, Number(d));
  const there = day.getUTCMonth() === mo - 1 && day.getUTCDate() === Number(d) && Number(y) > 0;
  if (!there || h > 23 || mi > 59 || s > 59 || oh > 23 || om > 59) return null;
  const away = (zone[0] === '-' ? -1 : 1) * (oh * 60 + Number(om));
  return day.getTime() + ((h * 60 + Number(mi) - away) * 60 + Number(s)) * 1000 + Number(`0${part}`) * 1000;
}

function checkNamed(file) {
  for (const name of ['call', 'pool']) {
    if (!said(had(file, name))) differs('named', `${name}: not named`, { name });
  }
  const published = moment(had(file, 'published_at')), drawn = moment(had(file, 'drawn_at'));
  if (published === null) differs('moment', 'published_at: not a moment', { name: 'published_at' });
  if (drawn === null) differs('moment', 'drawn_at: not a moment', { name: 'drawn_at' });
  if (published > drawn) {
    differs('late', 'published_at: later than drawn_at; what is published after the draw binds nobody');
  }
}

function checkSeals(seals, commitments) {
  if (seals.length !== commitments.length) {
    differs('seals', `seals: ${commitments.length} were committed, ${seals.length} were opened`,
      { committed: commitments.length, opened: seals.length });
  }
  seals.forEach((seal, place) => {
    if (!seal) differs('withheld', `seals[${place}]: withheld; a draw held without it is not this draw`, { place: place + 1 });
    if (!HEX_64.test(seal)) differs('seal-text', '封存的数是64个0—9、a—f的字符，请照原样输入。', { place: place + 1 });
    if (commitment(seal) !== commitments[place]) {
      differs('seal', `seals[${place}]: another text than the one committed`, { place: place + 1 });
    }
  });
}

function checkValue(source, value) {
  if (value !== null && typeof value !== 'string') wrong('TypeError value is no text');
  if (said(source) && !value) differs('value', 'value: a source was announced, and its value is missing');
  if (value && !said(source)) {
    differs('value-unannounced', 'value: no source was announced, and yet there is one; whoever chose it could choose the order');
  }
}

function against(name, said, found) {
  const told = said.map((one) => text(one, 'ticket'));
  for (let n = 0; n < Math.min(told.length, found.length); n++) {
    if (told[n] !== found[n]) {
      differs(name, `${name}[${n}]: ${told[n]} stands where ${found[n]} belongs`, { place: n + 1, stands: told[n], belongs: found[n] });
    }
  }
  if (told.length !== found.length) {
    differs(`${name}-length`, `${name}: ${told.length} stand where ${found.length} belong`, { stand: told.length, belong: found.length });
  }
}

function checkGiven(file, tickets, ordered, reserves) {
  const known = new Set(tickets.map((one) => one.ticket));
  const excused = rows(file, 'excused').map((one) => text(one, 'ticket'));
  excused.forEach((ticket, place) => {
    if (!known.has(ticket)) differs('excused', `excused[${place}]: ${ticket} is not in the list`, { place: place + 1, ticket });
  });
  const out = new Set(excused), left = ordered.filter((one) => !out.has(one.ticket));
  const places = placesOf(left, whole(file.units), reserves);
  against('given', rows(file, 'given'), left.map((one) => one.ticket).filter((one) => places.has(one)));
}

/* Chunk by chunk: `pause(done, all)` is awaited between them, so that a page stays alive and shows how far it is. */
async function each(rows_, make, pause, before, all) {
  const made = [];
  for (let at = 0; at < rows_.length; at += CHUNK) {
    for (const one of rows_.slice(at, at + CHUNK)) made.push(make(one));
    await pause(before + made.length, all);
  }
  return made;
}

/* By key, ties by ticket. Keys are spread evenly, so that those of each first two digits are a small pile of their own. */
async function sorted(keyed, pause, all) {
  const piles = Array.from({ length: 256 }, () => []), ordered = [];
  for (const one of keyed) piles[parseInt(one.key.slice(0, 2), 16)].push(one);
  for (const pile of piles) {
    pile.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.ticket < b.ticket ? -1 : 1));
    for (const one of pile) ordered.push(one);
    await pause(all, all);
  }
  return ordered;
}

async function recomputed(file, pause) {
  const format = had(file, 'format');
  if (format !== FORMAT && format !== 1) differs('format-name', `format: '${format}' is not ${FORMAT}`, { format });
  checkNamed(file);
  const lines = linesOf(had(file, 'list')), all = 2 * lines.length;
  const tickets = await each(lines, readLine, pause, 0, all);
  checkSorted(tickets);
  await pause(lines.length, all);
  if (lines.some((line) => SURROGATE.test(line))) wrong('UnicodeEncodeError');
  const digest = listDigest(lines);
  await pause(lines.length, all);
  if (digest !== had(file, 'list_digest')) differs('list_digest', 'list_digest: the list has another digest than the one published');
  const seals = rows(file, 'seals').map((one) => text(one, 'seal'));
  checkSeals(seals, rows(file, 'commitments').map((one) => text(one, 'commitment')));
  checkValue(had(file, 'source'), had(file, 'value'));
  const reserves = rows(file, 'reserves').map(reserveOf), units = whole(had(file, 'units'));
  const seed = seedOf(digest, seals, file.value || ''), key = keys(seed);
  const keyed = await each(tickets, (one) => ({ ...one, key: key(one) }), pause, lines.length, all);
  const ordered = await sorted(keyed, pause, all);
  await pause(all, all);
  const places = placesOf(ordered, units, reserves), order = ordered.map((one) => one.ticket);
  await pause(all, all);
  against('order', rows(file, 'order'), order);
  await pause(all, all);
  against('awarded', rows(file, 'awarded'), order.filter((one) => places.has(one)));
  against('waiting', rows(file, 'waiting'), order.filter((one) => !places.has(one)));
  if ('given' in file || 'excused' in file) checkGiven(file, tickets, ordered, reserves);
  if (REST in file && file[REST] !== restDigest(file)) {
    differs('rest', `${REST}: something that nothing else follows from was changed: a name, a moment, a role or a reason`);
  }
  return { seed, digest, tickets: lines.length, units };
}

/* {difference: null or {code, text, values}, found: what was computed}. Anything may be given. */
export async function check(file, pause = async () => {}) {
  if (file === null || typeof file !== 'object' || Array.isArray(file)) {
    return { difference: { code: 'no-object', text: 'the file is not one JSON object', values: {} }, found: null };
  }
  try {
    return { difference: null, found: await recomputed(file, pause) };
  } catch (error) {
    if (error instanceof Differs) return { difference: { code: error.code, text: error.message, values: error.values }, found: null };
    if (error instanceof TypeError || error instanceof RangeError) {
      return { difference: { code: 'format', text: `${NOT_FORMAT}${error.message}`, values: { what: error.message } }, found: null };
    }
    throw error;
  }
}

/* Where a ticket stands: its line in the list and its place in the order (1 is first), 0 where it is not; and what it got. */
export function find(file, ticket) {
  const asked = ticket.trim().toLowerCase();
  const line = linesOf(file.list).findIndex((one) => one.startsWith(`${asked},`)) + 1;
  const at = (name) => (Array.isArray(file[name]) ? file[name] : []).findIndex((one) => text(one, 'ticket') === asked) + 1;
  return { line, place: at('order'), awarded: at('awarded'), waiting: at('waiting'), given: at('given'), excused: at('excused') };
}
