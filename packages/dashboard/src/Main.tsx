/** Starts the page. Solid's compiled templates are the only HTML that becomes elements, by the one policy that the server allows. */
import { render, setTrustedTypesPolicy } from "solid-js/web"
import { App } from "./app/App.tsx"
import { templatePolicy } from "./app/TemplatePolicy.ts"
import "./app/theme.css"

setTrustedTypesPolicy(templatePolicy())

const longEnough = 10_000

// The server has been upgraded since: parts that were not loaded yet have other names now. A page that has just been loaded has them.
window.addEventListener("vite:preloadError", (event) => {
  if (event.timeStamp > longEnough) window.location.reload()
})

const root = document.querySelector("#page")
if (root !== null) render(() => <App />, root)
