// Tells password managers and phone keyboards what each field of the form beside it is for. The
// form's library switches autofill off for every field.
export default function ({ data, parentElement }) {
  const host = parentElement.host ?? parentElement
  host.dataset.ready = ""
  const form = host.closest('[class*="st-key-card-signin"]')
  const fields = form ? form.querySelectorAll('input:not([aria-hidden="true"])') : []
  data.fields.forEach((purpose, position) => {
    const field = fields[position]
    if (!field) return
    field.setAttribute("autocomplete", purpose)
    if (purpose === "username") {
      field.setAttribute("inputmode", "email")
      field.setAttribute("autocapitalize", "none")
      field.setAttribute("spellcheck", "false")
      // where there is a keyboard already; a phone's would cover the form
      if (matchMedia("(pointer: fine)").matches && document.activeElement === document.body) field.focus()
    }
  })
}
