/** The name of a run, which leads to it; it may be as long as it likes. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { A } from "@solidjs/router"
import type { JSX } from "solid-js"
import { runPlace } from "../show/Places.ts"

interface RunLinkProps {
  readonly kind: KindName
  readonly name: string
  /** Whether it stands among words, and has to be told from them. */
  readonly mono?: boolean
}

export const RunLink = (props: RunLinkProps): JSX.Element => (
  <A href={runPlace(props)}>
    <bdi classList={{ mono: props.mono === true }}>{props.name}</bdi>
  </A>
)
