import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const Spend = (): JSX.Element => <View title="Spend" />

// The router loads views by their default export.
export default Spend
