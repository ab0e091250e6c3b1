/** The files of `crds/`, as text: what `npm run generate` writes and `npm run check` compares. */
import type { CustomResourceDefinition } from "@orchestrator/domain/CustomResourceDefinition"
import { definitions } from "@orchestrator/domain/kinds/Definitions"
import { Document, isScalar, Scalar, visit } from "yaml"

const header = " Generated from packages/domain by `npm run generate`; edit the schemas there."

/** One document: descriptions quoted and on one line, however long, so that a diff shows the changed field and nothing else. */
const documentOf = (definition: CustomResourceDefinition): string => {
  const document = new Document(definition, { aliasDuplicateObjects: false })
  visit(document, {
    Pair: (_, { key, value }) => {
      if (isScalar(key) && key.value === "description" && isScalar(value)) value.type = Scalar.QUOTE_DOUBLE
    }
  })
  return document.toString({ lineWidth: 0 })
}

const fileOf = (definitions: ReadonlyArray<CustomResourceDefinition>): string =>
  `#${header}\n${definitions.map(documentOf).join("---\n")}`

/** Text of each file by its path from the root of the repository. */
export const crdFiles: ReadonlyMap<string, string> = new Map([
  ...definitions.map((each) => [`crds/${each.spec.names.singular}-crd.yaml`, fileOf([each])] as const),
  ["crds/platform-crds.yaml", fileOf(definitions)]
])
