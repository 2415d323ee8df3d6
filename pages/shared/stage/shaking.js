// Shaking a word: each output trembles by the share of its change that is this word's.

const SHAKE = 13; // pixels to each side for a share of 1

/** Shake a word as long as it is held; or, for a key, for two seconds. */
function shake(stage, word, milliseconds = 2000) {
  stopShaking(stage);
  stage.shaking = { word, begun: performance.now(), until: performance.now() + milliseconds };
  const step = (now) => {
    if (!stage.shaking || now > stage.shaking.until) return stopShaking(stage);
    tremble(stage, now - stage.shaking.begun);
    stage.shaking.frame = requestAnimationFrame(step);
  };
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) tremble(stage, null);
  else stage.shaking.frame = requestAnimationFrame(step);
}

function tremble(stage, time) {
  const { data, drawing, shaking } = stage;
  const n = data.words.length;
  const swing = time === null ? 1 : Math.sin(time / 38);
  ARCHITECTURES.forEach((name) => {
    const shares = data.share[name];
    for (let i = 0; i < n; i++) {
      const part = drawing.parts.get(`output ${name} ${i}`);
      const reached = data.path[name].at[i * n + shaking.word] > 0;
      const share = shares ? shares.at[i * n + shaking.word] : 0;
      part.setAttribute("transform", `translate(${(-SHAKE * share * swing).toFixed(2)} 0)`);
      part.classList.toggle("reached", reached);
      part.classList.toggle("unreached", !reached);
    }
  });
  const button = stage.words.children[shaking.word];
  button.style.transform = `translateX(${time === null ? 4 : 4 * swing}px)`;
  const label = data.labels[data.share.recurrent ? "shaken" : "shaken.reach"];
  stage.tools.shaken.textContent = filled(label, { word: data.words[shaking.word] });
}

function stopShaking(stage) {
  if (!stage.shaking) return;
  cancelAnimationFrame(stage.shaking.frame);
  stage.words.children[stage.shaking.word]?.style.removeProperty("transform");
  for (const part of stage.board.querySelectorAll(".output")) {
    part.removeAttribute("transform");
    part.classList.remove("reached", "unreached");
  }
  stage.tools.shaken.textContent = "";
  stage.shaking = null;
}
