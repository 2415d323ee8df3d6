// An editable matrix. Readers' words reach the page as text only, never as markup.

const editors = new WeakMap();

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const editor = editors.get(parentElement) ?? newEditor(parentElement);
  editor.send = () => setStateValue("edits", [...editor.state.unsent]); // a new list is news
  const before = editor.state.data;
  const seen = before ? snapshot(editor.state) : null;
  receive(editor.state, data);
  if (before && before.session !== data.session && editor.state.unsent.length) editor.send();
  if (!before || !sameNames(before, data)) rebuild(editor);
  else tellNews(editor, seen);
  paintAll(editor);
  refreshInput(editor);
}

function newEditor(parent) {
  const root = parent.querySelector(".matrix");
  const input = element("input", "", { autocomplete: "off", spellcheck: "false" });
  input.inputMode = "decimal";
  input.enterKeyHint = "next";
  const editor = {
    parent,
    root,
    input,
    tools: root.querySelector(".tools"),
    scroll: root.querySelector(".scroll"),
    grid: null,
    colours: [],
    state: newState(),
    moving: false,
    byTouch: false,
    send: () => {},
    hasFocus: () => root.getRootNode().activeElement === input,
  };
  listen(editor);
  editors.set(parent, editor);
  return editor;
}

function rebuild(editor) {
  const focused = editor.hasFocus();
  const { active, data } = editor.state;
  end(editor);
  buildGrid(editor);
  buildTools(editor);
  const place = {
    row: Math.min(active.row, data.rows.length - 1),
    column: Math.min(active.column, data.columns.length - 1),
  };
  editor.state.active = place;
  editor.state.anchor = place;
  editor.state.drag = null;
  editor.state.underHand.clear();
  cellAt(editor, place.row, place.column).append(editor.input);
  if (focused) editor.input.focus({ preventScroll: true });
}

/** Tell what texts turned out to mean, and what else has changed. */
function tellNews(editor, seen) {
  for (const [i, j, text] of difference(seen, snapshot(editor.state))) {
    if (valueOf(editor.state, text) !== valueOf(editor.state, seen[i][j])) tell(editor, i, j);
  }
}

function listen(editor) {
  const { root, input, scroll } = editor;
  const on = (target, name, act) => target.addEventListener(name, (event) => act(editor, event));
  on(input, "keydown", onKey);
  on(input, "beforeinput", onBeforeInput);
  on(input, "input", () => begin(editor, "typed"));
  on(input, "compositionstart", () => begin(editor, "typed"));
  on(input, "blur", () => editor.moving || commit(editor));
  on(input, "focus", refreshInput);
  on(scroll, "copy", onCopy);
  on(scroll, "cut", onCopy);
  on(scroll, "paste", onPaste);
  on(scroll, "pointerdown", onPointerDown);
  on(scroll, "pointermove", onPointerMove);
  on(scroll, "pointerup", onPointerUp);
  on(scroll, "pointercancel", giveUpDrag);
  on(scroll, "click", onClick);
  on(scroll, "dblclick", (_, event) => placeOf(event.target) && begin(editor, "opened"));
  scroll.addEventListener("mousedown", (event) => {
    const caret = editor.state.editing && event.target === input;
    if (!caret && !editor.byTouch) event.preventDefault(); // the focus is ours to place
  });
}
