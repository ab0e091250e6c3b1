/** An address of no view. */
import { A, useLocation } from "@solidjs/router"
import type { JSX } from "solid-js"
import { places } from "../show/Places.ts"
import { Empty } from "../widgets/Empty.tsx"
import { View } from "../widgets/View.tsx"

export const NotFound = (): JSX.Element => {
  const location = useLocation()
  return (
    <View title="No such view">
      <Empty title={`Nothing is at ${location.pathname}`}>
        <A class="button" href={places.runs}>All runs</A>
      </Empty>
    </View>
  )
}
