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
  tellChange(stage);
  refreshWhy(stage);
}

function newStage(parent) {
  const root = parent.querySelector(".stage");
  const stage = {
    parent,
    root,
    board: root.querySelector(".board"),
    words: root.querySelector(".words"),
    said: root.querySelector(".said"),
    changed: root.querySelector(".changed"),
    panel: root.querySelector(".panel"),
    drawing: new Drawing(root.querySelector("svg")),
    tools: {},
    data: null,
    ghost: null,
    moment: null,
    playing: null,
    shaking: null,
    guess: null,
    pulling: null,
    pulled: PULLED[0],
    underHand: null,
    byHand: false,
    inserting: null,
    inserted: [],
  };
  new ResizeObserver(() => stage.data && drawBoard(stage)).observe(stage.board);
  listenToPointer(stage);
  document.addEventListener("matrix-edit", (event) => followEdit(stage, event.detail));
  stages.set(parent, stage);
  return stage;
}

/** Take what the server computed; what was shown before stays as a ghost, if it differs. */
function receiveStage(stage, data) {
  const before = stage.data;
  const others = before && JSON.stringify(before.words) !== JSON.stringify(data.words);
  for (const group of ["share", "path"]) data[group] = unpackedAll(data[group]);
  const steps = { scores: unpacked(data.scores), weights: unpacked(data.weights), v: unpacked(data.v) };
  if (before && (others || !alike(steps.weights, stage.steps.weights))) {
    remember(stage);
    follow(stage.ghost, data.words);
  }
  const hand = stage.sent && !others && Date.now() - stage.sent.since < 3000;
  stage.data = data;
  stage.layer = unpackedLayer(data.layer);
  stage.steps = steps;
  stage.byHand = false;
  stage.pulling = null;
  stage.highest = Math.max(1e-9, ...Array.from(steps.v.at, Math.abs));
  if (others || !before) stage.moment = null;
  if (others) {
    endPrediction(stage);
    noteInserted(stage, data.words.length - before.words.length);
  }
  if (!hand || (data.query === stage.sent.query && data.key === stage.sent.key)) {
    stage.sent = null;
    stage.query = data.query;
    stage.key = data.key;
  }
}

function alike(one, other) {
  const same = one.at.length === other.at.length;
  return same && one.at.every((value, i) => Math.abs(value - other.at[i]) < 1e-5);
}

/** Draw all again as things stand. */
function refresh(stage) {
  drawTools(stage);
  drawBoard(stage);
  markWords(stage);
  tellClock(stage);
}

function unpackedAll(group) {
  const pairs = Object.entries(group).map(([name, it]) => [name, it && unpacked(it)]);
  return Object.fromEntries(pairs);
}
