// The matrix as the reader sees it: the server's numbers, and on top of them what it has not taken.

/**
 * @typedef {object} Data
 * @property {string} table Its name, for those who follow changes.
 * @property {"number" | "flag"} kind
 * @property {string[]} rows
 * @property {string[]} columns
 * @property {number[]} widths In pixels: of the names of rows, then of the columns.
 * @property {string[][]} cells (row, column): the shortest decimal of each; 1 and 0 for flags.
 * @property {number} high The number at the upper end of the colours.
 * @property {number} largest The largest number that a cell may hold.
 * @property {number} digits Decimals that are shown.
 * @property {number} session Tells a session of the server from the one before.
 * @property {number} taken The number of the last edit that the server has heard.
 * @property {number[][]} refused Cells, as row and column, whose last text meant nothing.
 * @property {Object<string, string>} words
 *
 * @typedef {[number, number, string]} CellText Row, column, text.
 * @typedef {{number: number, cells?: CellText[], row?: number, column?: number, block?: string,
 *   html?: string}} Edit
 * @typedef {{row: number, column: number}} Place
 */

const PLAIN = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/;

/** What is known of one matrix on the page. */
function newState() {
  return {
    /** @type {Data} */ data: null,
    /** @type {Edit[]} */ unsent: [],
    last: 0,
    /** @type {Map<string, string>} */ pending: new Map(),
    /** @type {Map<string, string>} */ underHand: new Map(),
    /** @type {Place} */ active: { row: 0, column: 0 },
    /** @type {Place} */ anchor: { row: 0, column: 0 },
    /** @type {"" | "typed" | "opened"} */ editing: "",
    /** @type {string[][][]} */ past: [],
    /** @type {string[][][]} */ future: [],
    drag: null,
    brush: "cell",
  };
}

/** What stands in a cell, as text. */
function textAt(state, row, column) {
  const key = `${row},${column}`;
  return state.underHand.get(key) ?? state.pending.get(key) ?? state.data.cells[row][column];
}

/**
 * The number of a text that can be read in one way by any language; what others mean, the server
 * says.
 */
function valueOf(state, text) {
  const value = PLAIN.test(text) ? Number(text) : NaN;
  return Math.abs(value) <= state.data.largest ? value : null;
}

/** @returns {string[][]} All texts as they stand. */
function snapshot(state) {
  return state.data.cells.map((row, i) => row.map((_, j) => textAt(state, i, j)));
}

/** @returns {CellText[]} What has to be written to get from one state of all texts to another. */
function difference(from, to) {
  return to.flatMap((row, i) =>
    row.flatMap((text, j) => (text === from[i][j] ? [] : [[i, j, text]])),
  );
}

/** Note an edit until the server has taken it. */
function note(state, edit) {
  state.last += 1;
  state.unsent.push({ number: state.last, ...edit });
  rebuildPending(state);
}

/**
 * Take what the server draws: its numbers hold but for edits that it has not heard yet.
 * @param {Data} data
 */
function receive(state, data) {
  const before = state.data;
  const heard = state.unsent.some((edit) => edit.number <= data.taken);
  state.data = data;
  if (before && before.session !== data.session) number(state, data.taken);
  state.last = Math.max(state.last, data.taken);
  state.unsent = state.unsent.filter((edit) => edit.number > data.taken);
  const sameShape = before && sameNames(before, data);
  if (!sameShape || (!heard && difference(before.cells, data.cells).length)) {
    state.past = [];
    state.future = [];
  }
  rebuildPending(state);
}

/** Count what no server has taken on from what a new session says. */
function number(state, taken) {
  state.unsent.forEach((edit, i) => (edit.number = taken + 1 + i));
  state.last = taken + state.unsent.length;
}

function sameNames(one, other) {
  return ["kind", "rows", "columns", "widths"].every(
    (name) => JSON.stringify(one[name]) === JSON.stringify(other[name]),
  );
}

function rebuildPending(state) {
  state.pending.clear();
  for (const edit of state.unsent) {
    for (const [row, column, text] of edit.cells ?? []) state.pending.set(`${row},${column}`, text);
  }
}
