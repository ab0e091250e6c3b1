/** The number of a line: its address, which a click copies and marks. */
import { createContext, type JSX, useContext } from "solid-js"

export interface LineLinks {
  readonly hrefOf: (line: number) => string
  readonly onCopy: (line: number) => void
}

export const LineLinksContext = createContext<LineLinks>()

export const LineLink = (props: { readonly line: number; readonly title?: string }): JSX.Element => {
  const links = useContext(LineLinksContext)
  return (
    <a
      class="line-link number"
      href={links?.hrefOf(props.line)}
      title={props.title}
      aria-label={`Line ${props.line}: copy its address`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        links?.onCopy(props.line)
      }}
    >
      {props.line}
    </a>
  )
}
