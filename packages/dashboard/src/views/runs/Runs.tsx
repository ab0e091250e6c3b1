import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const Runs = (): JSX.Element => <View title="Runs" />

// The router loads views by their default export.
export default Runs
