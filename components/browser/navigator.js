// Follows links between screens without loading the page anew, in one step of the browser's history.
// Streamlit listens to popstate, so a pushed address and that event are what Back and Forward do.
// Links stay real: opened in a new tab, copied, or followed by the browser when this is not running.
export default function () {
  const follow = (event) => {
    if (event.defaultPrevented || event.button) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.composedPath().find((node) => node.matches?.("a[data-turn]"))
    if (!link) return
    event.preventDefault()
    const from = location.pathname
    if (link.dataset.turn === "replace") history.replaceState({}, "", link.href)
    else history.pushState({}, "", link.href)
    window.dispatchEvent(new PopStateEvent("popstate"))
    if (location.pathname !== from) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  }
  document.addEventListener("click", follow)
  return () => document.removeEventListener("click", follow)
}
