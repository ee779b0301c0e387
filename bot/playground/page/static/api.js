/** The page's client of the playground's server: requests, and the stream of changes. */

const RECONNECT_MS = 2000;
/** This page until it is reloaded: modals that it opens are shown here only. */
const TAB = crypto.randomUUID();
/** The user name of the person in front of this page, kept in its address; null for the default. */
const PERSON = new URLSearchParams(location.search).get("as");

/** A failed request; `message` is a sentence for the user. */
export class RequestError extends Error {}

/** Read JSON from the server. Raises RequestError. */
export function get(path) {
  return request(path, { headers: { "X-Tab": TAB } });
}

/** Send JSON to the server. Raises RequestError. */
export function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-Tab": TAB };
  return request(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The address of the page for another person: their places and drafts are their own. */
export function addressAs(name) {
  return `${location.pathname}?as=${encodeURIComponent(name)}`;
}

/** The address by which this page's person gets a file of the workspace; other addresses stay as they are. */
export function ownFile(address) {
  const { origin, pathname } = new URL(address, location.href);
  return origin === location.origin && pathname.startsWith("/page/files/") ? asPerson(pathname) : address;
}

function asPerson(path) {
  return PERSON === null ? path : `${path}${path.includes("?") ? "&" : "?"}as=${encodeURIComponent(PERSON)}`;
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(asPerson(path), { ...options, cache: "no-store" });
  } catch {
    throw new RequestError("The playground can't be reached. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new RequestError(answer.error ?? `The playground answered with status ${response.status}.`);
  return answer;
}

/** Listen to the stream of changes while the page is open, however often the connection is lost. */
export function listen({ opened, changed, lost }) {
  const source = new EventSource(asPerson(`/page/changes?tab=${TAB}`));
  source.onopen = opened;
  source.onmessage = (event) => changed(JSON.parse(event.data));
  source.onerror = () => {
    lost();
    // The browser reconnects by itself, but gives up for good after a response that is not a stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen({ opened, changed, lost }), RECONNECT_MS);
  };
}
