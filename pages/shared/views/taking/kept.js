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

// Streamlit tells a new server the address with which the page was loaded, unless it hears of
// another; and of an address that is back, no server can say whether it was asked for. Of another
// page that is back Streamlit tells by itself: a word more would be said of the page that is left.
function followAddress(tell) {
  const tab = (window[KEPT] ??= watched());
  tab.tell = tell;
  tab.path = location.pathname;
}

function watched() {
  const tab = {};
  const app = document.querySelector(`[${STATE}]`);
  const observer = new MutationObserver(() => {
    if (app.getAttribute(STATE) !== "CONNECTED") dispatchEvent(new PopStateEvent("popstate"));
  });
  if (app) observer.observe(app, { attributeFilter: [STATE] });
  addEventListener("popstate", (event) => {
    const stayed = tab.path === location.pathname;
    tab.path = location.pathname;
    if (event.isTrusted && stayed) tab.tell("back", location.search.slice(1));
  });
  return tab;
}
