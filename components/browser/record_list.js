// A list of records: filters, search, a table that becomes cards on a phone, and pages. Everything
// that was written by people arrives as text and stays text.
const make = (name, className, text) => {
  const node = document.createElement(name)
  if (className) node.className = className
  if (text != null) node.textContent = text
  return node
}

const link = (href, className, text) => {
  const node = make("a", className, text)
  node.href = href
  node.dataset.turn = "page"
  return node
}

const pill = ({ text, tone }) => make("span", `pill ${tone}`, text)

// Numbers side by side, none of which goes on in the next line behind its hyphen or without its comma.
function whole(text) {
  const parts = text.split(", ").map((each, i, all) => (i < all.length - 1 ? `${each},` : each))
  return parts.flatMap((each, i) => [...(i ? [" "] : []), make("span", "whole", each)])
}

function cell(column, value, row) {
  const parts = typeof value === "object" ? value : { text: value }
  const node = make("td", `${column.end ? "end " : ""}${column.people ? "people " : ""}${column.wide ? "wide " : ""}${column.place}`)
  if (!(parts.text || parts.note || parts.pills?.length)) node.classList.add("none")
  if (parts.pills) {
    const pills = make("span", "pills")
    pills.append(...parts.pills.map(pill))
    node.append(pills)
    return node
  }
  const text = column.link && row.href ? link(row.href, "row", parts.text) : make("span", parts.tone, parts.text)
  if (column.people) text.dir = "auto"
  else if (column.wide && parts.text) text.replaceChildren(...whole(parts.text))
  if (column.narrow) text.prepend(make("span", "narrow", `${column.narrow} `))
  node.append(text)
  if (column.people) node.title = parts.text
  if (parts.note) node.append(make("span", `note ${parts.tone ?? ""}`, parts.note))
  return node
}

function table(root, data) {
  const { label, columns, rows } = data
  const node = make("table")
  node.setAttribute("aria-label", label)
  const headings = make("tr")
  for (const column of columns) {
    const heading = make("th", `${column.end ? "end " : ""}${column.wide ? "wide" : ""}`)
    heading.scope = "col"
    if (column.sort) {
      const sorted = column.sort.sorted
      heading.append(link(column.sort.href, sorted ? "sort sorted" : "sort", column.label))
      if (sorted) heading.setAttribute("aria-sort", sorted)
    } else heading.textContent = column.label
    headings.append(heading)
  }
  const head = make("thead")
  head.append(headings)
  const body = make("tbody")
  for (const row of rows) {
    const line = make("tr")
    line.append(...columns.map((column, i) => cell(column, row.cells[i], row)))
    body.append(line)
  }
  node.append(head, body)
  picking(root, body, head, data)
  return node
}

function filters(choices, words) {
  const node = make("nav", "filters")
  node.setAttribute("aria-label", words.filter)
  for (const choice of choices) {
    const each = link(choice.href, "filter", choice.label)
    if (choice.current) each.setAttribute("aria-current", "true")
    each.append(make("span", "count", choice.count))
    node.append(each)
  }
  return node
}

function pages({ text, previous, next, numbers }, words) {
  const node = make("nav", "pager")
  node.setAttribute("aria-label", words.pages)
  node.append(make("span", "range", text))
  const steps = make("span", "steps")
  const step = (href, label, name, className) => {
    const each = href ? link(href, className, label) : make("span", `${className} off`, label)
    each.setAttribute("aria-label", name)
    if (!href) each.setAttribute("aria-hidden", "true")
    return each
  }
  if (numbers.length > 1) {
    steps.append(step(previous, "‹", words.previous, "step"))
    for (const number of numbers) {
      if (number.gap) steps.append(make("span", "gap", "…"))
      else {
        const each = link(number.href, "step", number.label)
        each.setAttribute("aria-label", number.name)
        if (number.current) each.setAttribute("aria-current", "page")
        steps.append(each)
      }
    }
    steps.append(step(next, "›", words.next, "step"))
    node.append(steps)
  }
  return node
}

function nothing({ title, text, way }) {
  const node = make("div", "empty")
  node.append(make("strong", "", title), make("span", "", text))
  if (way) node.append(link(way.href, "", way.label))
  return node
}

// A table whose columns do not fit beside each other becomes cards; what fits depends on what the
// rows hold, so it is measured and not guessed from the width.
function fit(root) {
  const shown = root.querySelector(".shown")
  root.classList.remove("cards")
  const narrow = root.clientWidth < 600 || shown.scrollWidth > shown.clientWidth
  root.classList.toggle("cards", narrow)
  root.fitted = root.clientWidth
}

function files(downloads) {
  return downloads.map(({ label, note, href }) => {
    const each = make("a", "", label)
    each.href = href
    each.download = ""
    each.append(make("small", "", note))
    return each
  })
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".list")
  const form = root.querySelector("form")
  const input = form.querySelector("input")
  const order = form.querySelector("select")
  const turn = (query, how) => {
    const goes = link(query, "")
    goes.dataset.turn = how
    goes.hidden = true
    root.append(goes)
    goes.click()
    goes.remove()
    root.classList.add("waiting")
  }

  input.parentElement.hidden = !data.search
  if (data.search) {
    input.placeholder = data.search.label
    input.setAttribute("aria-label", data.search.label)
    if (parentElement.activeElement !== input) input.value = data.search.value
    const find = (typed) => {
      const address = new URL(data.search.href, location.href)
      if (typed.trim()) address.searchParams.set(data.search.parameter, typed.trim())
      turn(address.href, "replace")
    }
    clearTimeout(root.pause)
    input.oninput = () => {
      clearTimeout(root.pause)
      root.pause = setTimeout(() => find(input.value), 250)
    }
    form.onsubmit = (event) => {
      event.preventDefault()
      clearTimeout(root.pause)
      find(input.value)
    }
  }
  const offer = (select, choices) => {
    select.replaceChildren(
      ...choices.map((choice) => {
        const option = make("option", "", choice.label)
        option.value = choice.href
        option.selected = choice.current
        return option
      }),
    )
    select.onchange = () => turn(select.value, "page")
  }
  order.setAttribute("aria-label", data.words.sort)
  order.parentElement.hidden = !data.orders.length
  offer(order, data.orders)
  const menus = data.menus.map(({ label, choices }) => {
    const select = make("select")
    select.setAttribute("aria-label", label)
    offer(select, choices)
    return select
  })
  root.querySelector(".menus").replaceChildren(...menus)

  const downloads = root.querySelector(".downloads")
  downloads.hidden = !(data.rows.length && data.downloads.length)
  downloads.querySelector("summary span").textContent = data.words.download
  downloads.querySelector(".menu").replaceChildren(...files(data.downloads))

  const held = parentElement.activeElement?.closest?.("a")?.textContent
  const shown = root.querySelector(".shown")
  const choices = root.querySelector(".choices")
  choices.replaceChildren(...(data.filters.length ? [filters(data.filters, data.words)] : []))
  shown.replaceChildren(
    ...(data.rows.length ? [table(root, data)] : [nothing(data.empty)]),
    ...(data.pager && data.rows.length ? [pages(data.pager, data.words)] : []),
  )
  root.querySelector(".wrong").textContent = data.wrong.join(" ")
  root.classList.remove("waiting")
  parentElement.host.dataset.ready = ""
  fit(root)
  const watch = new ResizeObserver(() => {
    if (root.clientWidth !== root.fitted) fit(root)
  })
  watch.observe(root)
  if (held) [...root.querySelectorAll("a")].find((each) => each.textContent === held)?.focus()
  root.onclick = (event) => {
    const followed = event.target.closest("a")
    if (followed?.dataset.turn && !event.ctrlKey && !event.metaKey) root.classList.add("waiting")
  }
  return () => {
    clearTimeout(root.pause)
    watch.disconnect()
  }
}
