/** Starts the page. Solid's compiled templates are the only HTML that becomes elements, by the one policy that the server allows. */
import { render, setTrustedTypesPolicy } from "solid-js/web"
import { App } from "./app/App.tsx"
import { templatePolicy } from "./app/TemplatePolicy.ts"
import "./app/theme.css"

setTrustedTypesPolicy(templatePolicy())

const root = document.querySelector("#page")
if (root !== null) render(() => <App />, root)
