// Draws the matrix: rows and cells with the roles of a grid, coloured like the maps.

/** Build rows and cells anew; they stay while only numbers change, so that the focus stays too. */
function buildGrid(editor) {
  const { data } = editor.state;
  const grid = element("div", "grid", { role: "grid", "aria-multiselectable": "true" });
  grid.style.setProperty("--columns", data.widths.map((width) => `${width}px`).join(" "));
  grid.style.setProperty("--names", `${data.widths[0]}px`);
  grid.setAttribute("aria-label", data.words.grid);
  grid.setAttribute("aria-rowcount", String(data.rows.length + 1));
  grid.setAttribute("aria-colcount", String(data.columns.length + 1));
  const corner = element("div", "corner", { role: "columnheader", "aria-label": data.words.all });
  const heads = data.columns.map((name, column) => header("columnheader", name, { column }));
  grid.append(row([corner, ...heads], "head"));
  data.rows.forEach((name, i) => {
    const cells = data.columns.map((_, j) => emptyCell(i, j));
    grid.append(row([header("rowheader", name, { row: i }), ...cells], ""));
  });
  editor.root.classList.toggle("flags", data.kind === "flag");
  editor.root.classList.toggle("long", data.rows.length > 40);
  editor.scroll.replaceChildren(grid);
  editor.grid = grid;
  editor.input.type = data.kind === "flag" ? "checkbox" : "text";
}

function element(tag, name, attributes = {}) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function row(cells, name) {
  const made = element("div", name, { role: "row" });
  made.append(...cells);
  return made;
}

function header(role, name, place) {
  const made = element("div", "", { role });
  made.textContent = name;
  made.title = name;
  Object.assign(made.dataset, place);
  return made;
}

function emptyCell(i, j) {
  const made = element("div", "", { role: "gridcell" });
  Object.assign(made.dataset, { row: i, column: j });
  made.append(element("span", "shown"));
  return made;
}

/** @returns {HTMLElement} */
function cellAt(editor, i, j) {
  return editor.grid.children[i + 1].children[j + 1];
}

/** @returns {import("./state").Place | null} The cell that an event or a point belongs to. */
function placeOf(target) {
  const found = target?.closest?.("[role=gridcell]");
  return found ? { row: Number(found.dataset.row), column: Number(found.dataset.column) } : null;
}

/** Show all cells as they stand. */
function paintAll(editor) {
  const { data } = editor.state;
  editor.colours = themeColours(
    editor.parent,
    data.kind === "flag" ? "sequential" : "diverging",
  );
  data.rows.forEach((_, i) => data.columns.forEach((__, j) => paintCell(editor, i, j)));
  paintSelection(editor);
}

function paintCell(editor, i, j) {
  const { state, colours } = editor;
  const { data } = state;
  const [cell, text] = [cellAt(editor, i, j), textAt(state, i, j)];
  const value = valueOf(state, text);
  const share = data.kind === "flag" ? (value ?? 0) * 0.34 : share01(value, data.high);
  const colour = value === null ? null : shade(colours, share);
  cell.style.backgroundColor = colour ? `rgb(${colour})` : "";
  cell.style.color = colour ? readable(colour) : "";
  cell.classList.toggle("pending", value === null);
  cell.firstChild.textContent = shownText(data, text, value);
  cell.setAttribute("aria-label", nameOf(data, i, j, text));
  const among = (cells) => cells.some(([row, column]) => row === i && column === j);
  const refused = among(data.refused);
  const changed = among(data.changed);
  cell.classList.toggle("changed", changed);
  if (changed) cell.setAttribute("aria-description", data.words.changed);
  else cell.removeAttribute("aria-description");
  cell.toggleAttribute("data-refused", refused && !state.pending.has(`${i},${j}`));
}

function share01(value, high) {
  return value === null ? 0 : (value / high + 1) / 2;
}

function shownText(data, text, value) {
  if (value === null) return text;
  if (data.kind === "flag") return value ? "✓" : "✕";
  if (Math.abs(value) >= 10000) return text.replace("-", "−");
  const rounded = value.toFixed(data.digits);
  return Number(rounded) === 0 ? rounded.replace("-", "") : rounded.replace("-", "−");
}

/** What a screen reader calls a cell. */
function nameOf(data, i, j, text) {
  const told = data.kind === "flag" ? data.words[text === "1" ? "on" : "off"] : text;
  const parts = { row: data.rows[i], column: data.columns[j], value: told };
  return data.words.called.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
}

/** Mark the cells between the two corners of the selection. */
function paintSelection(editor) {
  const { state, grid } = editor;
  for (const cell of grid.querySelectorAll("[aria-selected=true]")) {
    cell.removeAttribute("aria-selected");
  }
  const { top, bottom, left, right } = selected(state);
  for (let i = top; i <= bottom; i++) {
    for (let j = left; j <= right; j++) cellAt(editor, i, j).setAttribute("aria-selected", "true");
  }
  grid.classList.toggle("several", top < bottom || left < right);
}

/** The corners of the selection. */
function selected({ active, anchor }) {
  return {
    top: Math.min(active.row, anchor.row),
    bottom: Math.max(active.row, anchor.row),
    left: Math.min(active.column, anchor.column),
    right: Math.max(active.column, anchor.column),
  };
}
