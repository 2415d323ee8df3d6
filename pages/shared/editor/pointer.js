// Mouse, pen and finger: choose cells, draw a number to another value, paint a mask.

const STILL = 4; // pixels that a hand moves without meaning it

/** @param {PointerEvent} event */
function onPointerDown(editor, event) {
  const { state } = editor;
  editor.byTouch = event.pointerType === "touch";
  const place = placeOf(event.target);
  if (event.button !== 0 || (state.editing && event.target === editor.input)) return;
  if (!place) return onHeader(editor, event.target);
  const again = place.row === state.active.row && place.column === state.active.column;
  if (editor.byTouch && (state.data.kind === "flag" || !again || !editor.hasFocus())) return;
  commit(editor);
  activate(editor, place, { extend: event.shiftKey, scroll: false });
  const value = valueOf(state, textAt(state, place.row, place.column));
  const kinds = event.shiftKey || value === null ? "select" : state.data.kind;
  state.drag = { kind: kinds, place, value, x: event.clientX, moved: false, id: event.pointerId };
  if (kinds === "flag") startStroke(editor, place);
}

/** A tap: fingers choose when they leave, so that they can scroll; or a click without a hand. */
function onClick(editor, event) {
  const place = placeOf(event.target);
  const isFlag = editor.state.data.kind === "flag";
  const byReader = event.detail === 0; // a screen reader's
  if (isFlag) event.preventDefault(); // the box shows what its cell holds
  if (!place || editor.state.editing || !(editor.byTouch || byReader)) return;
  activate(editor, place);
  if (isFlag) toggle(editor, place);
}

function onHeader(editor, target) {
  const found = target.closest("[role=rowheader], [role=columnheader]");
  if (!found) return;
  commit(editor);
  const { rows, columns } = editor.state.data;
  const { row, column } = found.dataset;
  editor.state.anchor = { row: Number(row ?? 0), column: Number(column ?? 0) };
  const last = { row: Number(row ?? rows.length - 1), column: Number(column ?? columns.length - 1) };
  activate(editor, last, { extend: true, scroll: false });
}

/** @param {PointerEvent} event */
function onPointerMove(editor, event) {
  const { drag } = editor.state;
  if (!drag || drag.id !== event.pointerId) return;
  if (!drag.moved && Math.abs(event.clientX - drag.x) < STILL && drag.kind === "number") return;
  if (!drag.moved) editor.grid.setPointerCapture(drag.id);
  if (!drag.moved && drag.kind === "number") drag.x = event.clientX;
  drag.moved = true;
  if (drag.kind === "number") return dragNumber(editor, event);
  const under = editor.grid.getRootNode().elementFromPoint(event.clientX, event.clientY);
  const place = placeOf(under);
  if (!place) return;
  if (drag.kind === "flag") continueStroke(editor, place);
  else activate(editor, place, { extend: true, scroll: false });
}

/** Sideways, a pixel a hundredth of the scale's order; with Alt a tenth of that. */
function dragNumber(editor, event) {
  const { state } = editor;
  const { drag } = state;
  const { row: i, column: j } = drag.place;
  const decimals = 2 - Math.floor(Math.log10(state.data.high)) + Number(event.altKey);
  const unit = 10 ** -decimals;
  const moved = drag.value + (event.clientX - drag.x) * unit;
  drag.value = Math.max(-state.data.largest, Math.min(moved, state.data.largest));
  drag.x = event.clientX;
  const text = String(Number(drag.value.toFixed(Math.max(0, decimals))));
  state.underHand.set(`${i},${j}`, text);
  editor.root.classList.add("dragging");
  paintCell(editor, i, j);
  tell(editor, i, j, true);
}

function onPointerUp(editor) {
  if (!editor.state.drag) return;
  const cells = [...editor.state.underHand].map(([key, text]) => [...key.split(",").map(Number), text]);
  release(editor);
  write(editor, cells);
}

/** Let go; what was under the hand is as before. */
function release(editor) {
  const keys = [...editor.state.underHand.keys()];
  editor.state.drag = null;
  editor.state.underHand.clear();
  editor.root.classList.remove("dragging");
  for (const key of keys) paintCell(editor, ...key.split(",").map(Number));
}

/** The drag is over without a change, and whoever followed it is told. */
function giveUpDrag(editor) {
  const keys = [...editor.state.underHand.keys()];
  release(editor);
  for (const key of keys) tell(editor, ...key.split(",").map(Number));
}

/** The cells that the brush covers at a place, with what it paints. */
function strokeAt(editor, place, text) {
  const { brush, data } = editor.state;
  const cells = [];
  data.rows.forEach((_, i) =>
    data.columns.forEach((__, j) => {
      const covers = {
        cell: i === place.row && j === place.column,
        row: i === place.row,
        column: j === place.column,
        diagonal: j - i === place.column - place.row,
      };
      if (covers[brush]) cells.push([i, j, text]);
    }),
  );
  return cells;
}

function opposite(editor, { row, column }) {
  return textAt(editor.state, row, column) === "1" ? "0" : "1";
}

function toggle(editor, place) {
  write(editor, strokeAt(editor, place, opposite(editor, place)));
}

function startStroke(editor, place) {
  editor.state.drag.paint = opposite(editor, place);
  continueStroke(editor, place);
}

function continueStroke(editor, place) {
  for (const [i, j, text] of strokeAt(editor, place, editor.state.drag.paint)) {
    if (textAt(editor.state, i, j) === text) continue;
    editor.state.underHand.set(`${i},${j}`, text);
    paintCell(editor, i, j);
    tell(editor, i, j, true);
  }
}
