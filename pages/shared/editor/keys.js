// The keyboard, and what programs of input type without one.

const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};

/** @param {KeyboardEvent} event */
function onKey(editor, event) {
  event.stopPropagation(); // the page has shortcuts of its own
  if (event.isComposing || event.keyCode === 229) return;
  const control = event.ctrlKey || event.metaKey;
  if (editor.state.drag && event.key === "Escape") return giveUpDrag(editor);
  if (editor.state.editing) return onKeyWhileEditing(editor, event, control);
  const done = control
    ? onCommand(editor, event)
    : onKeyOfFlag(editor, event) || onMove(editor, event) || onOpen(editor, event);
  if (done) event.preventDefault();
}

function onKeyWhileEditing(editor, event, control) {
  const { state } = editor;
  const backwards = event.shiftKey ? -1 : 1;
  const leaves = state.editing === "typed" && !control && !event.shiftKey && event.key in MOVES;
  if (event.key === "Escape") {
    cancel(editor);
  } else if (event.key === "Enter") {
    commit(editor);
    step(editor, backwards, 0);
  } else if (event.key === "Tab") {
    if (!tab(editor, backwards)) return;
  } else if (leaves) {
    commit(editor);
    step(editor, ...MOVES[event.key]);
  } else {
    return;
  }
  event.preventDefault();
}

/** Write and go on to the next cell, or the next row; from the last one out of the table. */
function tab(editor, by) {
  commit(editor);
  const { active, data } = editor.state;
  const width = data.columns.length;
  const next = active.row * width + active.column + by;
  if (next < 0 || next >= width * data.rows.length) return false;
  activate(editor, { row: Math.floor(next / width), column: next % width });
  return true;
}

function onCommand(editor, event) {
  const { rows, columns } = editor.state.data;
  const [last, key] = [{ row: rows.length - 1, column: columns.length - 1 }, event.key.toLowerCase()];
  if (key === "z") timeTravel(editor, event.shiftKey ? "redo" : "undo");
  else if (key === "y") timeTravel(editor, "redo");
  else if (key === "home") activate(editor, { row: 0, column: 0 }, { extend: event.shiftKey });
  else if (key === "end") activate(editor, last, { extend: event.shiftKey });
  else if (key === "a") selectAll(editor);
  else return false;
  return true;
}

function onMove(editor, event) {
  const { active, data } = editor.state;
  const extend = event.shiftKey;
  if (event.altKey) return false;
  if (event.key in MOVES) step(editor, ...MOVES[event.key], extend);
  else if (event.key === "Home") activate(editor, { row: active.row, column: 0 }, { extend });
  else if (event.key === "End")
    activate(editor, { row: active.row, column: data.columns.length - 1 }, { extend });
  else return false;
  return true;
}

function onOpen(editor, event) {
  if (event.key === "Escape") activate(editor, editor.state.active);
  else if (event.key === "Enter" || event.key === "F2") begin(editor, "opened");
  else return false;
  return true;
}

function onKeyOfFlag(editor, event) {
  const { active, data } = editor.state;
  if (data.kind !== "flag") return false;
  if (event.key === "Enter" || event.key === " ") toggle(editor, active);
  else if (event.key === "0" || event.key === "1") write(editor, strokeAt(editor, active, event.key));
  else return event.key === "F2";
  return true;
}

function step(editor, down, right, extend = false) {
  const { row, column } = editor.state.active;
  activate(editor, { row: row + down, column: column + right }, { extend });
}

function selectAll(editor) {
  const { rows, columns } = editor.state.data;
  editor.state.anchor = { row: 0, column: 0 };
  const last = { row: rows.length - 1, column: columns.length - 1 };
  activate(editor, last, { extend: true, scroll: false });
}

/** What a phone's keyboard of numbers has no key for. */
function changeSign(editor) {
  begin(editor, "opened");
  const { input } = editor;
  input.value = /^[-−]/.test(input.value) ? input.value.slice(1) : `-${input.value}`;
  input.focus();
}
