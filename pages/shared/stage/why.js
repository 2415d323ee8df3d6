// "Why 82 %?": in three layers, from words and bars to the formula with numbers.

function openWhy(stage) {
  if (stage.panel.dataset.open === "why") return closePanel(stage);
  openPanel(stage, "why", [fits(stage), dividing(stage), formula(stage)]);
}

function refreshWhy(stage) {
  if (stage.panel.dataset.open === "why") openPanel(stage, "why", [fits(stage), dividing(stage), formula(stage)]);
}

/** What the one wants times what the other offers, feature by feature, largest first. */
function fits(stage) {
  const { data, query, key } = stage;
  const { q, k } = attend(stage.layer);
  const [wants, offers] = [row(q, query), row(k, key)];
  const parts = Array.from(wants, (want, c) => ({ c, want, offer: offers[c], both: want * offers[c] }));
  parts.sort((one, other) => Math.abs(other.both) - Math.abs(one.both));
  const most = Math.max(1e-9, ...parts.map((part) => Math.abs(part.both)));
  const list = document.createElement("ul");
  for (const { c, want, offer, both } of parts.slice(0, 8)) {
    const item = document.createElement("li");
    const meter = Object.assign(document.createElement("i"), { className: both < 0 ? "minus" : "plus" });
    meter.style.width = `${(90 * Math.abs(both)) / most}px`;
    const values = { name: data.names.channels[c], want: told(want, 2), offer: told(offer, 2) };
    item.append(filled(data.labels["why.part"], values), meter, told(both, 2));
    list.append(item);
  }
  if (parts.length > 8) list.append(Object.assign(document.createElement("li"), { textContent: "…" }));
  const values = { asks: data.words[query], key: data.words[key] };
  const [sum, score] = [parts.reduce((all, { both }) => all + both, 0), row(stage.steps.scores, query)[key]];
  const whole = { sum: told(sum, 2), scale: told(stage.layer.scale, 3), score: told(score, 2) };
  const total = document.createElement("p");
  const label = data.labels[Number.isFinite(score) ? "why.sum" : "why.masked"];
  total.textContent = filled(label, { ...values, ...whole });
  return section(filled(data.labels["why.fits"], values), list, total);
}

/** One bar that softmax divides: dragging a score moves all the shares. */
function dividing(stage) {
  const { data, query, key, ink } = stage;
  const scores = Float64Array.from(row(stage.steps.scores, query));
  const bar = Object.assign(document.createElement("div"), { className: "whole" });
  const score = scores[key];
  const told_score = document.createElement("output");
  const show = () => {
    const all = shares(scores);
    bar.replaceChildren(
      ...Array.from(all, (share, i) => {
        const part = document.createElement("span");
        part.style.flexGrow = share;
        const colour = shade(ink.weights, 0.2 + 0.7 * share);
        part.style.background = rgb(colour);
        part.style.color = readable(colour);
        part.classList.toggle("traced", i === key);
        part.textContent = share > 0.06 ? `${data.words[i]} ${percent(share)}` : "";
        return part;
      }),
    );
    told_score.textContent = `${told(scores[key], 2)} → ${percent(all[key])}`;
  };
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: -4, max: Math.max(8, score + 4), step: 0.05 });
  slider.setAttribute("aria-label", filled(data.labels["why.score"], { key: data.words[key] }));
  slider.value = Number.isFinite(score) ? score : -4;
  slider.disabled = !Number.isFinite(score);
  slider.oninput = () => {
    scores[key] = Number(slider.value);
    show();
  };
  show();
  const label = document.createElement("label");
  label.append(slider.getAttribute("aria-label"), slider, told_score);
  return section(data.labels["why.divides"], bar, label);
}

/** The formula with its numbers, and its line of code. */
function formula(stage) {
  const { data, query, key } = stage;
  const scores = Array.from(row(stage.steps.scores, query));
  const known = scores.map((score, i) => ({ score, i })).filter(({ score }) => Number.isFinite(score));
  known.sort((one, other) => (one.i === key ? -1 : other.i === key ? 1 : other.score - one.score));
  const shown = known.slice(0, 6).map(({ score }) => `e^${told(score, 2)}`);
  if (known.length > 6) shown.push("…");
  const weight = told(row(stage.steps.weights, query)[key], 3);
  const added = stage.layer.bias.at.some((it) => it !== 0);
  const code = document.createElement("code");
  const line = Number.isFinite(scores[key]) ? `e^${told(scores[key], 2)} / (${shown.join(" + ")}) = ${weight}` : "0";
  code.textContent = `${line}\nweights = softmax(scores, dim=-1)  # scores = q @ k.mT * ${told(stage.layer.scale, 3)}${added ? " + bias" : ""}`;
  return section(data.labels["why.formula"], code);
}

function section(title, ...parts) {
  const made = document.createElement("section");
  made.append(Object.assign(document.createElement("h4"), { textContent: title }), ...parts);
  return made;
}

function openPanel(stage, name, parts) {
  stage.panel.dataset.open = name;
  stage.panel.replaceChildren(...parts);
}

function closePanel(stage) {
  stage.panel.dataset.open = "";
  stage.panel.replaceChildren();
}
