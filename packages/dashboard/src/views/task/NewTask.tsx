import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const NewTask = (): JSX.Element => <View title="New task" />

// The router loads views by their default export.
export default NewTask
