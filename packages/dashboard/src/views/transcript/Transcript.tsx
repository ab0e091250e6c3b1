import type { JSX } from "solid-js"
import { View } from "../../widgets/View.tsx"

const Transcript = (): JSX.Element => <View title="Transcript" />

// The router loads views by their default export.
export default Transcript
