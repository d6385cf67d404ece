// Keeps a screen in sight until the next one is drawn, and returns to where one was on it. Streamlit
// empties the screen as soon as the server begins to answer: from then until the run has ended, a
// copy of the old one lies above. Positions are kept for this tab by address, for Back and reload.
const POSITIONS = "portal.positions"
const LONGEST = 2500 // milliseconds for which a copy may hide a screen that goes on being drawn

const app = () => document.querySelector('[data-testid="stApp"]')
const main = () => document.querySelector('[data-testid="stMain"]')
const signedIn = () => document.querySelector(".st-key-account")
const resting = () => app()?.dataset.testScriptState === "notRunning"
const read = () => JSON.parse(sessionStorage.getItem(POSITIONS) ?? "{}")
let positions = read()
let ending = null // ends the transition under way, if there is one

const keep = () => {
  const scroller = main()
  if (ending || !scroller || !signedIn()) return
  positions[location.href] = scroller.scrollTop
  sessionStorage.setItem(POSITIONS, JSON.stringify(positions))
}

// What a plain clone leaves out: shadow roots, what is typed, what is painted.
const complete = (from, to) => {
  if (from.shadowRoot) {
    const root = to.attachShadow({ mode: "open" })
    root.adoptedStyleSheets = [...from.shadowRoot.adoptedStyleSheets]
    for (const node of from.shadowRoot.childNodes) root.append(node.cloneNode(true))
    pair(from.shadowRoot, root)
  }
  if ("value" in from && from.matches("input, textarea, select")) to.value = from.value
  if (from.matches("canvas") && from.width && from.height) to.getContext("2d").drawImage(from, 0, 0)
}
const pair = (from, to) => {
  const [sources, copies] = [from, to].map((root) => root.querySelectorAll("*"))
  sources.forEach((source, i) => copies[i] && complete(source, copies[i]))
}

const copied = (scroller) => {
  const copy = scroller.cloneNode(true)
  pair(scroller, copy)
  copy.removeAttribute("data-testid")
  for (const node of copy.querySelectorAll("[id]")) node.removeAttribute("id")
  copy.className += " pt-leaving"
  copy.inert = true
  copy.setAttribute("aria-hidden", "true")
  copy.hidden = true
  return copy
}

const restore = (top) => {
  const scroller = main()
  if (!scroller) return
  scroller.scrollTop = top
  if (Math.abs(scroller.scrollTop - top) < 2) return
  // what is drawn later, as charts are, makes the screen long enough
  const given = performance.now()
  const again = () => {
    scroller.scrollTop = top
    if (Math.abs(scroller.scrollTop - top) < 2 || performance.now() - given > LONGEST) stop()
  }
  const growing = new ResizeObserver(again)
  const stop = () => {
    growing.disconnect()
    for (const kind of ["wheel", "touchmove", "keydown"]) document.removeEventListener(kind, stop)
  }
  for (const kind of ["wheel", "touchmove", "keydown"]) document.addEventListener(kind, stop, { passive: true })
  for (const child of scroller.children) growing.observe(child)
}

const leave = ({ returning = false, entry = null, screen = true } = {}) => {
  ending?.()
  const scroller = main()
  if (!scroller || !signedIn()) return
  const copy = screen ? copied(scroller) : null
  const seen = scroller.scrollTop
  let emptied = 0
  let answered = false
  let still = 0
  const cover = () => {
    if (emptied) return
    emptied = performance.now()
    scroller.after(copy)
    const place = scroller.getBoundingClientRect()
    Object.assign(copy.style, {
      left: `${place.left}px`, top: `${place.top}px`, width: `${place.width}px`, height: `${place.height}px`,
      background: getComputedStyle(app()).backgroundColor,
    })
    copy.hidden = false
    copy.scrollTop = seen
    scroller.scrollTop = 0
  }
  const changes = new MutationObserver(cover)
  if (copy) changes.observe(scroller, { childList: true, subtree: true })
  const answers = new MutationObserver(() => (answered = true))
  answers.observe(app(), { attributeFilter: ["data-test-script-state"] })
  app().dataset.asked = ""
  if (entry) entry.dataset.going = ""
  const end = () => {
    ending = null
    changes.disconnect()
    answers.disconnect()
    delete app().dataset.asked
    if (entry) delete entry.dataset.going
    if (emptied) restore(returning ? (positions[location.href] ?? 0) : 0)
    copy?.remove()
  }
  const watch = () => {
    if (ending !== end) return
    const drawn = answered && resting() && (!emptied || main()?.querySelector("h1"))
    still = drawn ? still + 1 : 0
    if (still > 3 || (emptied && performance.now() - emptied > LONGEST)) end()
    else requestAnimationFrame(watch)
  }
  ending = end
  watch()
}

const clicked = (event) => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const entry = event.target.closest?.('a[data-testid="stSidebarNavLink"]')
  if (entry && new URL(entry.href).pathname !== location.pathname) leave({ entry })
}
const returned = (event) => event.isTrusted && leave({ returning: true })
const followed = (event) => leave({ screen: event.detail.screen })
const scrolled = (event) => event.target === main() && keep()

const first = performance.getEntriesByType("navigation")[0]?.type
const open = () => {
  if (!resting() || !main()?.querySelector("h1")) return void requestAnimationFrame(open)
  restore(positions[location.href] ?? 0)
}

for (const [target, kind, listener, capture] of [
  [document, "click", clicked, true],
  [document, "portal-turn", followed, false],
  [document, "scroll", scrolled, true],
  [window, "popstate", returned, true],
]) target.addEventListener(kind, listener, capture)
if ("signedIn" in document.documentElement.dataset && ["reload", "back_forward"].includes(first)) open()
