import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const Run = (): JSX.Element => <View title="Run" />

// The router loads views by their default export.
export default Run
