import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const Workspaces = (): JSX.Element => <View title="Workspaces" />

// The router loads views by their default export.
export default Workspaces
