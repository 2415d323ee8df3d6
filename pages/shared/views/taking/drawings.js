// Buttons that save the charts of the page, all or one, as `charts.js` draws them.
const PAUSE = 300; // milliseconds: browsers lose files that come at once
const LONGEST = 60; // characters of a name

export default function (component) {
  const { data, parentElement } = component;
  const [all, one] = [parentElement.querySelector("button"), parentElement.querySelector("details")];
  all.textContent = data.all;
  one.querySelector("summary").textContent = data.one;
  all.onclick = async () => {
    const found = charts();
    all.textContent = found.length ? data.all : data.none;
    for (const [place, chart] of found.entries()) {
      save(chart, place, data.page);
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  };
  one.ontoggle = () => {
    one.querySelector("div").replaceChildren(...charts().map((chart, place) => {
      const button = document.createElement("button");
      button.textContent = `${place + 1}. ${named(chart)}`;
      button.onclick = () => save(chart, place, data.page);
      return button;
    }));
  };
  one.ontoggle();
}

function save(chart, place, page) {
  const words = titled(chart).replace(/[^\p{L}\p{N}]+/gu, "-");
  keep(drawing(chart), "image/svg+xml", `${page}-${place + 1}-${words.slice(0, LONGEST)}.svg`);
}
