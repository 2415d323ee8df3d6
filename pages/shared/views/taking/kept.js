// What an address has no room for stays in the tab, and is handed back to a server that lacks it.
const KEPT = "attention-lab";
const STATE = "data-test-connection-state";

function keepWhole(data, arrived, tell) {
  if (data.lacks) {
    const kept = stored((it) => JSON.parse(it.getItem(KEPT)));
    if (kept?.at === arrived) tell("kept", kept.file);
  } else if (data.keep) {
    const at = location.pathname + location.search;
    stored((it) => it.setItem(KEPT, JSON.stringify({ at, file: data.keep })));
  }
}

function stored(act) {
  try {
    return act(sessionStorage);
  } catch {
    return undefined; // a browser that keeps nothing, or has no room
  }
}

// Streamlit tells a new server the address with which the page was loaded, unless it hears of another.
function followAddress() {
  const app = document.querySelector(`[${STATE}]`);
  if (!app || window[KEPT]) return;
  window[KEPT] = new MutationObserver(() => {
    if (app.getAttribute(STATE) !== "CONNECTED") dispatchEvent(new PopStateEvent("popstate"));
  });
  window[KEPT].observe(app, { attributeFilter: [STATE] });
}
