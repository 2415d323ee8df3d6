// The tab's own notes outlive the server; a session that does not know them is told them once.
// "aside" leaves no trace: it is in the page's memory alone, and gone when that is loaded anew.
const NOTES = "attention-lab";
const STATE = "data-test-connection-state";
const SOON = 50; // milliseconds

function keepNotes(notes, tell) {
  if (!notes) return;
  const tab = (window[NOTES] ??= watched({}));
  tab.own ??= stored((it) => JSON.parse(it.getItem(NOTES))) ?? { edition: "" };
  const { own } = tab;
  const known = tab.session ?? own.session;
  tab.tell = tell;
  tab.session = notes.session;
  if (words(own) && known !== notes.session) {
    keep(tab, { ...own, session: notes.session });
    if (!tab.handed) whenSettled(() => handBack(tab, known));
  } else if (notes.text !== null) {
    keep(tab, notes);
  } else if (own.edition !== notes.edition) {
    tell("missing", true);
  }
  tab.handed = false;
}

function keep(tab, own) {
  tab.own = own;
  const { aside, ...lasting } = own;
  if (own.text) stored((it) => it.setItem(NOTES, JSON.stringify(lasting)));
  else stored((it) => it.removeItem(NOTES));
}

function stored(act) {
  try {
    return act(sessionStorage);
  } catch {
    return undefined; // a browser that keeps nothing
  }
}

const words = (own) => own.aside || own.text;
const handBack = (tab, session, more) =>
  tab.tell("held", { session, text: words(tab.own), ...more });

// Who comes back may have come to a server that knows nothing: it is told before all else, and of
// the address that holds now; Streamlit, left alone, tells the one with which the page was loaded.
function watched(tab) {
  const app = document.querySelector(`[${STATE}]`);
  let away = false;
  const observer = new MutationObserver(() => {
    const here = app.getAttribute(STATE) === "CONNECTED";
    if (!here) {
      dispatchEvent(new PopStateEvent("popstate"));
    } else if (away) {
      tab.handed = true;
      handBack(tab, tab.session, { query: location.search.slice(1) });
    }
    away = !here;
  });
  if (app) observer.observe(app, { attributeFilter: [STATE] });
  return tab;
}

// Before a run is over and drawn, widgets would tell what they held before it.
function whenSettled(act) {
  const settled = document.querySelector('[data-test-script-state="notRunning"]');
  setTimeout(settled ? act : () => whenSettled(act), SOON);
}
