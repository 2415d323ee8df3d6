// One clock for all three: a tick is what has to wait for the tick before.

/**
 * The moments that one steps through: attention's three stages lie within the first tick.
 * Stage 0 is nothing, 1 compared, 2 normalised, 3 collected.
 */
function moments(data) {
  const last = Math.max(...Object.values(data.waits));
  const rest = Array.from({ length: last - 1 }, (_, i) => ({ tick: i + 2, stage: 3 }));
  return [0, 1, 2, 3].map((stage) => ({ tick: Math.min(stage, 1), stage })).concat(rest);
}

/** Steps until the traced word is felt by the asking one, 0 if it never is. */
function stepsTo(stage, name) {
  return stage.data.path[name].at[stage.query * stage.data.words.length + stage.key];
}

function goTo(stage, place) {
  const all = moments(stage.data);
  stage.moment = Math.max(0, Math.min(place, all.length - 1));
  stage.clock = all[stage.moment];
  drawBoard(stage);
  tellClock(stage);
}

function rest(stage) {
  pause(stage);
  goTo(stage, Infinity);
}

function play(stage) {
  if (stage.playing) return pause(stage);
  if (stage.moment === moments(stage.data).length - 1) goTo(stage, 0);
  stage.playing = setInterval(() => {
    goTo(stage, stage.moment + 1);
    if (stage.moment === moments(stage.data).length - 1) pause(stage);
  }, 900);
  tellClock(stage);
}

function pause(stage) {
  clearInterval(stage.playing);
  stage.playing = null;
  tellClock(stage);
}

function tellClock(stage) {
  const { labels, waits } = stage.data;
  const { tick, stage: at } = stage.clock;
  const last = moments(stage.data).length - 1;
  const parts = { tick, last: Math.max(...Object.values(waits)) };
  const done = (name) => Math.min(tick, waits[name]);
  const facts = {
    ...parts,
    stage: labels[`moment.${["begun", "compared", "normalised", "collected"][at]}`],
    recurrent: labels[ARCHITECTURES[1]],
    read: done("recurrent"),
    n: stage.data.words.length,
    layers: done("convolutional"),
    all: waits.convolutional,
  };
  stage.tools.tick.textContent = filled(labels[tick ? "clock.at" : "clock.begin"], facts);
  stage.tools.play.textContent = labels[stage.playing ? "pause" : "play"];
  stage.tools.back.disabled = stage.moment === 0;
  stage.tools.forth.disabled = stage.moment === last;
}

/** A label with its placeholders filled; readers' words are kept apart from the sentence. */
function filled(label, values) {
  return label.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
