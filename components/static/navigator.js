// Follows links between screens without loading the page anew, in one step of the browser's history,
// and says so before (portal-turn, with whether another screen comes), for transition.js.
// Streamlit listens to popstate, so a pushed address and that event are what Back and Forward do.
// Links stay real: opened in a new tab, copied, or followed by the browser when this is not running.
// It also closes an open menu (details[data-menu]) as menus close: by a click elsewhere or on what it
// offers, and by Escape; and it opens the print dialog (button[data-print]).
const follow = (event) => {
  if (event.defaultPrevented || event.button) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.composedPath().find((node) => node.matches?.("a[data-turn]"))
  if (!link) return
  event.preventDefault()
  const screen = new URL(link.href).pathname !== location.pathname
  document.dispatchEvent(new CustomEvent("portal-turn", { detail: { screen } }))
  if (link.dataset.turn === "replace") history.replaceState({}, "", link.href)
  else history.pushState({}, "", link.href)
  window.dispatchEvent(new PopStateEvent("popstate"))
}
let menu = null
const close = () => {
  if (menu) menu.open = false
  menu = null
}
const settle = (event) => {
  const path = event.composedPath()
  const inside = path.find((node) => node.matches?.("details[data-menu]"))
  if (inside !== menu || path.some((node) => node.matches?.("a"))) close()
  if (inside && path.some((node) => node.matches?.("summary"))) menu = inside
}
const escape = (event) => {
  if (event.key !== "Escape" || !menu?.open) return
  menu.querySelector("summary").focus()
  close()
}
const print = (event) => {
  if (event.composedPath().some((node) => node.matches?.("button[data-print]"))) window.print()
}
// The page is in the language of whoever reads it, for voices and hyphens; each screen says which.
// So do the words that Streamlit has in English alone.
const translate = (selector, word) => {
  if (!word) return
  for (const each of document.querySelectorAll(selector)) if (each.textContent !== word) each.textContent = word
}
const speak = () => {
  const said = document.querySelector("[data-language]")?.dataset
  if (!said) return
  if (said.language !== document.documentElement.lang) document.documentElement.lang = said.language
  translate('[data-testid="stSkipToContent"]', said.skip)
  translate('[data-testid="stFileUploaderDropzone"] button p', said.upload)
}
new MutationObserver(speak).observe(document, { childList: true, subtree: true })
document.addEventListener("click", follow)
document.addEventListener("click", print)
document.addEventListener("click", settle)
document.addEventListener("keydown", escape)
