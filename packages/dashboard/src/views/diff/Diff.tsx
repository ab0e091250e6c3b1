import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const Diff = (): JSX.Element => <View title="Diff" />

// The router loads views by their default export.
export default Diff
