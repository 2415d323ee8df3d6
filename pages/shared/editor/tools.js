// The tools above a table: brushes of a mask; and what a phone's keyboard has no keys for.

const BRUSHES = ["cell", "row", "column", "diagonal"];
const PICTURES = {
  cell: "M5 5h6v6H5z",
  row: "M1 6h14v4H1z",
  column: "M6 1h4v14H6z",
  diagonal: "M1 1h4v4H1zM6 6h4v4H6zM11 11h4v4h-4z",
};

function buildTools(editor) {
  const { data } = editor.state;
  const made = data.kind === "flag" ? brushes(editor) : signs(editor);
  editor.tools.replaceChildren(...made);
  editor.tools.setAttribute("aria-label", data.words.tools);
}

function brushes(editor) {
  return BRUSHES.map((brush) => {
    const made = tool(editor.state.data.words[brush], () => chooseBrush(editor, brush));
    made.prepend(picture(PICTURES[brush]));
    made.setAttribute("aria-pressed", String(editor.state.brush === brush));
    made.dataset.brush = brush;
    return made;
  });
}

function chooseBrush(editor, brush) {
  editor.state.brush = brush;
  for (const it of editor.tools.children) {
    it.setAttribute("aria-pressed", String(it.dataset.brush === brush));
  }
}

function signs(editor) {
  const { words } = editor.state.data;
  const made = [
    tool("±", () => changeSign(editor), words.sign),
    tool("↶", () => timeTravel(editor, "undo"), words.undo),
    tool("↷", () => timeTravel(editor, "redo"), words.redo),
  ];
  for (const it of made) it.onpointerdown = (event) => event.preventDefault(); // keeps the focus
  return made;
}

function tool(words, onclick, name = words) {
  const made = element("button", "", { type: "button", "aria-label": name, title: name });
  made.append(words);
  made.onclick = onclick;
  return made;
}

function picture(path) {
  const space = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(space, "svg");
  made.setAttribute("viewBox", "0 0 16 16");
  made.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(space, "path");
  drawn.setAttribute("d", path);
  made.append(drawn);
  return made;
}
