// What only the browser can do: for a sign-in swap a ticket for the cookie, drop the cookie and leave,
// or load the page anew when this tab's sign-in has ended; and go on in this tab at an address of the
// portal that is no screen. Nothing secret stays: a ticket works once.
// Each order carries a number and is done once, however often it is drawn.
export default function ({ data, parentElement }) {
  parentElement.host.dataset.ready = ""
  if (window.portalOrder === data.number) return
  window.portalOrder = data.number
  const post = (path, body) =>
    fetch(path, {
      method: "POST",
      body,
      headers: { "X-Portal": "1" },
      credentials: "same-origin",
      keepalive: true,
    })
  if (data.order === "keep") {
    document.documentElement.dataset.signedIn = ""
    post("auth/session", data.ticket)
  }
  else if (data.order === "leave") post("auth/logout").finally(() => location.replace("./"))
  else if (data.order === "reload") location.reload()
  else if (data.order === "go") location.assign(data.address)
}
