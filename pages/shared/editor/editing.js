// Changes: begun, written, given up, undone; each is told to the page and sent to the server.

/** Tell whoever follows what a cell holds now. */
function tell(editor, i, j, dragging = false) {
  const text = textAt(editor.state, i, j);
  const value = valueOf(editor.state, text);
  const detail = { table: editor.state.data.table, row: i, column: j, text, value, dragging };
  const options = { bubbles: true, composed: true, detail };
  editor.root.dispatchEvent(new CustomEvent("matrix-edit", options));
}

/**
 * Write texts into cells; one step of the history.
 * @param {import("./state").CellText[]} cells
 */
function write(editor, cells, history = "new") {
  const changed = cells.filter(([i, j, text]) => text !== textAt(editor.state, i, j));
  if (!changed.length) return;
  remember(editor.state, history);
  note(editor.state, { cells: changed });
  for (const [i, j] of changed) {
    paintCell(editor, i, j);
    tell(editor, i, j);
  }
  refreshInput(editor);
  editor.send();
}

/** Let the server read a pasted block, from the selection's first cell on. */
function writeBlock(editor, block, html) {
  const { top, left } = selected(editor.state);
  remember(editor.state, "new");
  note(editor.state, { row: top, column: left, block, ...(html ? { html } : {}) });
  editor.send();
}

const MOST_STEPS = 100;

function remember(state, history) {
  const steps = history === "undo" ? state.future : state.past;
  steps.push(snapshot(state));
  steps.splice(0, steps.length - MOST_STEPS);
  if (history === "new") state.future = [];
}

/** Take the last change back, or do it again. */
function timeTravel(editor, history) {
  const steps = history === "undo" ? editor.state.past : editor.state.future;
  const found = steps.pop();
  if (!found) return;
  const cells = difference(snapshot(editor.state), found);
  if (!cells.length) return timeTravel(editor, history);
  write(editor, cells, history);
  activate(editor, { row: cells[0][0], column: cells[0][1] });
}

/** Let what is typed go into the active cell; `opened` keeps what stands there. */
function begin(editor, how) {
  if (editor.state.editing || editor.state.data.kind === "flag") return;
  editor.state.editing = how;
  editor.root.classList.add("editing");
  if (how === "opened") {
    editor.input.value = textAt(editor.state, editor.state.active.row, editor.state.active.column);
    editor.input.setSelectionRange(editor.input.value.length, editor.input.value.length);
  }
}

/** Write what was typed into the active cell. */
function commit(editor) {
  const { editing, active } = editor.state;
  if (!editing) return;
  const text = editor.input.value;
  end(editor);
  write(editor, [[active.row, active.column, text]]);
}

/** Leave the active cell as it was. */
function cancel(editor) {
  end(editor);
  refreshInput(editor);
}

function end(editor) {
  editor.state.editing = "";
  editor.root.classList.remove("editing");
}

/** Let the input hold what its cell holds, all of it marked: what is typed next replaces it. */
function refreshInput(editor) {
  const { state, input } = editor;
  if (state.editing) return;
  const { row: i, column: j } = state.active;
  const text = textAt(state, i, j);
  input.setAttribute("aria-label", nameOf(state.data, i, j, text));
  if (state.data.kind === "flag") {
    input.checked = text === "1";
    return;
  }
  if (input.value !== text) input.value = text;
  if (editor.hasFocus()) input.select();
}

/** Make a cell the active one; `extend` keeps the selection's other corner. */
function activate(editor, place, { extend = false, scroll = true } = {}) {
  const { state, input } = editor;
  const { rows, columns } = state.data;
  const clamp = (value, length) => Math.max(0, Math.min(value, length - 1));
  state.active = { row: clamp(place.row, rows.length), column: clamp(place.column, columns.length) };
  if (!extend) state.anchor = state.active;
  const cell = cellAt(editor, state.active.row, state.active.column);
  if (input.parentElement !== cell) {
    editor.moving = true;
    cell.append(input);
    editor.moving = false;
  }
  input.focus({ preventScroll: true });
  refreshInput(editor);
  paintSelection(editor);
  if (scroll) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}
