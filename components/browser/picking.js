// Rows that are ticked: a box in each row, and a bar that adds up what counts and leads on with it.
// What is ticked is kept in this tab while the list stays open, through its pages, filters and orders.
const boxed = (checked, name, changed) => {
  const label = make("label", "tick")
  const input = make("input")
  input.type = "checkbox"
  input.checked = checked
  input.setAttribute("aria-label", name)
  input.onchange = () => changed(input.checked)
  label.append(input)
  return label
}

// An amount in minor units as the portal writes it: what stands around each of its figures.
function written(minor, shapes) {
  const fewest = shapes[0].length - 1
  const figures = String(minor).padStart(fewest, "0")
  const around = shapes[figures.length - fewest]
  return around[0] + [...figures].map((figure, i) => figure + around[i + 1]).join("")
}

// What of it is paid together: one currency, the first one that was ticked, and not too many.
function counted(picked, { most, words }) {
  const counts = []
  const left = []
  for (const pick of picked.values()) {
    const other = counts.length && counts[0].currency !== pick.currency
    const why = pick.why || (other ? words.currency : counts.length === most ? words.most : "")
    if (why) left.push(`${pick.number} (${why})`)
    else counts.push(pick)
  }
  return { counts, left }
}

// Put the boxes into the rows of a table, and keep the bar saying what they come to.
function picking(root, body, head, data) {
  const offered = data.picking
  const bar = root.querySelector(".picked")
  root.picked ??= new Map()
  root.shapes = { ...root.shapes, ...offered?.shapes }
  if (!offered) {
    bar.hidden = true
    return
  }
  const { words } = offered
  const boxes = []
  let all = null
  const draw = () => {
    const { counts, left } = counted(root.picked, offered)
    if (all) {
      const ticked = boxes.filter(({ input }) => input.checked).length
      all.checked = ticked === boxes.length
      all.indeterminate = ticked > 0 && ticked < boxes.length
    }
    bar.hidden = !root.picked.size
    bar.setAttribute("aria-label", words.region)
    const sum = counts.reduce((total, { minor }) => total + minor, 0)
    const said = counts.length
      ? (counts.length === 1 ? words.one : words.many)
          .replace("{count}", counts.length)
          .replace("{amount}", () => written(sum, root.shapes[counts[0].currency]))
      : words.none
    const text = make("div", "sum")
    text.setAttribute("role", "status")
    text.append(make("strong", "", said))
    if (left.length) text.append(make("span", "left", words.left.replace("{numbers}", () => left.join(", "))))
    const clear = make("button", "clear", words.clear)
    clear.type = "button"
    clear.onclick = () => {
      root.picked.clear()
      for (const { input } of boxes) input.checked = false
      draw()
      ;(all?.offsetParent ? all : boxes[0]?.input)?.focus()
    }
    bar.replaceChildren(text, clear)
    if (counts.length) {
      const address = new URL(offered.href, location.href)
      address.searchParams.set(offered.parameter, counts.map(({ number }) => number).join(","))
      bar.append(link(address.href, "pay", words.pay))
    }
  }
  const tick = (pick, checked) => {
    if (checked) root.picked.set(pick.number, pick)
    else root.picked.delete(pick.number)
  }
  offered.picks.forEach((pick, i) => {
    // a comma parts the numbers in the address
    const cell = make("td", "pick")
    if (!pick.number.includes(",")) {
      const ticked = root.picked.has(pick.number)
      if (ticked) tick(pick, true) // as it is now
      const label = boxed(ticked, words.choose.replace("{number}", () => pick.number), (checked) => {
        tick(pick, checked)
        draw()
      })
      boxes.push({ input: label.firstChild, pick })
      cell.append(label)
    }
    body.children[i].prepend(cell)
  })
  if (boxes.length) {
    const heading = make("th", "pick")
    heading.scope = "col"
    const label = boxed(false, words.all, (checked) => {
      for (const { input, pick } of boxes) {
        input.checked = checked
        tick(pick, checked)
      }
      draw()
    })
    all = label.firstChild
    heading.append(label)
    head.firstChild.prepend(heading)
  }
  draw()
}

