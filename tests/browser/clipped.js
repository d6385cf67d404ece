// Returns what a person cannot read of the screen: text that something cuts, cells that no place
// shows, and amounts that break inside a number. It looks into the components' shadow roots.
() => {
  const SCROLLERS = ".filters, .pt-tabs, .pt-views" // rows of links that are made to be moved
  const found = []
  const up = (node) => node.parentElement ?? node.getRootNode().host ?? null
  const name = (node) => `${node.localName}.${String(node.className?.baseVal ?? node.className).trim().replaceAll(" ", ".")}`
  const hidden = (node) => {
    for (let each = node; each; each = up(each)) {
      const style = getComputedStyle(each)
      if (style.display === "none" || style.visibility === "hidden") return true
      if (style.clipPath !== "none" || each.matches(SCROLLERS)) return true // for screen readers
    }
    return false
  }
  const check = (text) => {
    const range = document.createRange()
    range.selectNodeContents(text)
    const words = text.textContent.trim().slice(0, 60)
    const box = range.getBoundingClientRect()
    if (!box.width || hidden(text.parentElement ?? text.parentNode.host)) return
    for (let each = up(text); each; each = up(each)) {
      if (getComputedStyle(each).overflowX === "visible") continue
      const frame = each.getBoundingClientRect()
      const cut = Math.max(box.right - frame.right, frame.left - box.left)
      if (cut > 1) found.push(`cut by ${Math.round(cut)} px in ${name(each)}: ${words}`)
      if (each.scrollWidth > each.clientWidth + 1 && each.contains(text) && each === text.parentElement)
        found.push(`wider than ${name(each)}: ${words}`)
    }
    const cell = text.parentElement?.closest("td, .pt-card")?.getBoundingClientRect()
    if (cell && Math.max(box.right - cell.right, cell.left - box.left) > 1)
      found.push(`spills out of its frame: ${words}`)
    for (const amount of text.textContent.matchAll(/[\d][\d,.\u00a0]*\d/g)) {
      range.setStart(text, amount.index)
      range.setEnd(text, amount.index + amount[0].length)
      const lines = new Set([...range.getClientRects()].map((each) => Math.round(each.top)))
      if (lines.size > 1 && /[.,]\d/.test(amount[0])) found.push(`broken number: ${amount[0]}`)
    }
  }
  const cells = (root) => {
    for (const cell of root.querySelectorAll(".shown td:not(.none), .shown th")) {
      const list = cell.closest(".list")
      if (cell.localName === "th" && list.classList.contains("cards")) continue
      if (!cell.getClientRects().length) found.push(`no place for ${name(cell)}: ${cell.textContent}`)
    }
    for (const list of root.querySelectorAll(".list")) {
      const select = list.querySelector(".order")
      const sorts = select.hidden ? [] : [select, ...list.querySelectorAll("th .sort")]
      const seen = sorts.filter((each) => each.getClientRects().length && !hidden(each))
      if (sorts.length && !seen.length && list.querySelector("tbody tr")) found.push("no way to sort")
    }
    for (const cell of root.querySelectorAll("td.narrow-hide:not(:empty)")) {
      const below = cell.parentElement.querySelector(".wide-hide")
      const shown = cell.getClientRects().length || below?.getClientRects().length
      if (!shown) found.push(`no place for ${cell.textContent}`)
    }
  }
  const walk = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      if (node.shadowRoot) {
        walk(node.shadowRoot)
        cells(node.shadowRoot)
      } else if (node.nodeType === Node.TEXT_NODE && node.textContent.trim()) {
        if (!node.parentElement?.closest("style, script, option, .pt-icon, title")) check(node)
      }
    }
  }
  const parts = '[data-testid="stSidebar"]:not([data-collapsed="true"]), [data-testid="stMain"]'
  for (const part of document.querySelectorAll(parts)) {
    walk(part)
    cells(part)
  }
  return [...new Set(found)]
}
