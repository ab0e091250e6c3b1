import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const System = (): JSX.Element => <View title="System" />

// The router loads views by their default export.
export default System
