/** The name of a run, which leads to it. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { A } from "@solidjs/router"
import type { JSX } from "solid-js"
import { runPlace } from "../show/Places.ts"

export const RunLink = (props: { readonly kind: KindName; readonly name: string }): JSX.Element => (
  <A href={runPlace(props)}>{props.name}</A>
)
