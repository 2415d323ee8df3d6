// Below the board: the clock, shaking, and the table that holds what the picture shows.

function drawTools(stage) {
  const { labels } = stage.data;
  const { tools } = stage;
  if (!tools.row) buildTools(stage);
  tools.back.setAttribute("aria-label", labels.back);
  tools.forth.setAttribute("aria-label", labels.forth);
  tools.shake.textContent = filled(labels.shake, { word: stage.data.words[stage.key] });
  tools.row.setAttribute("aria-label", labels.tools);
  const weight = percent(row(stage.steps.weights, stage.query)[stage.key]);
  tools.why.textContent = filled(labels.why, { weight: guessing(stage) ? "…" : weight });
  tools.why.disabled = guessing(stage);
  tools.predict.textContent = labels[guessing(stage) ? "predict.show" : "predict"];
  tools.pull.textContent = labels[stage.pulling ? "pull.end" : "pull"];
  tools.pull.hidden = Boolean(stage.data.alone);
  tools.pull.setAttribute("aria-pressed", String(Boolean(stage.pulling)));
  const matrix = stage.data.names.tables[stage.pulled];
  tools.matrix.hidden = !stage.pulling;
  tools.matrix.textContent = filled(labels["pull.matrix"], { matrix });
  for (const [name, can] of [["undo", stage.data.past], ["redo", stage.data.undone]]) {
    tools[name].hidden = !stage.data.past && !stage.data.undone;
    tools[name].disabled = !can;
    tools[name].setAttribute("aria-label", labels[name === "undo" ? "undo" : "redo"]);
  }
  for (const kind of ["svg", "png"]) {
    tools[kind].setAttribute("aria-label", filled(labels.picture, { kind: kind.toUpperCase() }));
  }
  drawApart(stage);
  drawTable(stage);
}

function buildTools(stage) {
  const { tools } = stage;
  tools.row = stage.root.querySelector(".tools");
  tools.back = tool("◀", () => step(stage, -1));
  tools.forth = tool("▶", () => step(stage, 1));
  tools.play = tool("", () => play(stage));
  tools.shake = tool("", () => {});
  tools.why = tool("", () => openWhy(stage));
  tools.predict = tool("", () => predict(stage));
  tools.pull = tool("", () => togglePulling(stage));
  tools.matrix = tool("", () => pullOther(stage));
  tools.undo = tool("↶", () => stage.send("travelled", "undo"));
  tools.redo = tool("↷", () => stage.send("travelled", "redo"));
  for (const kind of ["svg", "png"]) {
    tools[kind] = tool(`⤓ ${kind.toUpperCase()}`, () => saveSlide(stage, kind));
  }
  tools.apart = tool("", () => pullApart(stage));
  tools.together = tool("", () => takeOut(stage));
  for (const [name, kind] of [["tick", "p"], ["shaken", "p"]]) {
    tools[name] = Object.assign(document.createElement(kind), { className: name });
  }
  tools.shaken.setAttribute("role", "status");
  holdable(tools.shake, () => shake(stage, stage.key, 60000), () => stopShaking(stage));
  tools.shake.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") shake(stage, stage.key);
  };
  const { back, forth, tick, why, shake: shaken, apart, together } = tools;
  tools.row.append(back, forth, tools.play, tick, why, tools.predict, tools.pull, tools.matrix, tools.undo, tools.redo, apart, together, shaken, tools.svg, tools.png, tools.shaken);
}

function step(stage, by) {
  pause(stage);
  goTo(stage, stage.moment + by);
}

function tool(words, onclick) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.onclick = onclick;
  return button;
}

/** Something that lasts as long as a button is held. */
function holdable(button, begin, end) {
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    begin();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    button.addEventListener(name, end);
  }
  button.addEventListener("contextmenu", (event) => event.preventDefault());
}

/** What the picture shows, as a table for screen readers. */
function drawTable(stage) {
  const { data, steps, query } = stage;
  const { labels } = data;
  const table = stage.root.querySelector("table");
  const n = data.words.length;
  const heads = ["word", "score", "weight", "recurrent", "convolutional"];
  const reached = (name, i) => labels[data.path[name].at[query * n + i] ? "reached" : "unreached"];
  const rows = data.words.map((word, i) => {
    const score = row(steps.scores, query)[i];
    const masked = score === -Infinity;
    return [
      word,
      masked ? labels.masked : told(score, 2),
      masked ? labels.masked : percent(row(steps.weights, query)[i]),
      reached("recurrent", i),
      reached("convolutional", i),
    ];
  });
  const caption = document.createElement("caption");
  caption.textContent = filled(labels.table, { asks: data.words[query] });
  const names = heads.map((name) => labels[`table.${name}`]);
  table.replaceChildren(caption, line("th", names), ...rows.map((cells) => line("td", cells)));
}

function line(tag, cells) {
  const made = document.createElement("tr");
  for (const cell of cells) {
    made.append(Object.assign(document.createElement(tag), { textContent: cell }));
  }
  return made;
}
