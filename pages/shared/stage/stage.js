// The stage: one sentence, three ways of reading it, and what a reader does with them.

const stages = new WeakMap();

/** Draw what the server computed; what the reader chose meanwhile is kept. */
function drawStage(component) {
  const { parentElement, data, setTriggerValue } = component;
  const stage = stages.get(parentElement) ?? newStage(parentElement);
  stage.send = setTriggerValue;
  receiveStage(stage, data);
  drawWords(stage);
  drawTools(stage);
  goTo(stage, stage.moment ?? Infinity);
  tellPair(stage);
}

function newStage(parent) {
  const root = parent.querySelector(".stage");
  const stage = {
    parent,
    root,
    board: root.querySelector(".board"),
    words: root.querySelector(".words"),
    said: root.querySelector(".said"),
    drawing: new Drawing(root.querySelector("svg")),
    tools: {},
    data: null,
    ghost: null,
    moment: null,
    playing: null,
    shaking: null,
    ghostScores: () => [],
    ghostWeight: (i) => stage.ghost?.weights[stage.ghost.places.indexOf(i)] ?? null,
  };
  new ResizeObserver(() => stage.data && drawBoard(stage)).observe(stage.board);
  listenToPointer(stage);
  stages.set(parent, stage);
  return stage;
}

function receiveStage(stage, data) {
  const before = stage.data;
  const changed = !before || JSON.stringify(before.words) !== JSON.stringify(data.words);
  const sent = stage.sent;
  const mine = sent && !changed && Date.now() - sent.since < 3000;
  stage.data = data;
  for (const group of ["share", "reach", "path"]) data[group] = unpackedAll(data[group]);
  stage.layer = unpackedLayer(data.layer);
  stage.steps = {
    scores: unpacked(data.scores),
    weights: unpacked(data.weights),
    v: unpacked(data.v),
  };
  stage.highest = Math.max(1e-9, ...Array.from(stage.steps.v.at, Math.abs));
  if (mine && (data.query !== sent.query || data.key !== sent.key)) return;
  stage.sent = null;
  stage.query = data.query;
  stage.key = data.key;
  if (changed) stage.moment = null;
}

function unpackedAll(group) {
  const pairs = Object.entries(group).map(([name, it]) => [name, it && unpacked(it)]);
  return Object.fromEntries(pairs);
}
