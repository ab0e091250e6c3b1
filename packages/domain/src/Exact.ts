/**
 * Whether a JSON value is already what a schema would make of it: each of its fields is one that the schema knows, and fits. A decoder finds that
 * out in ten times the time, since it could also say what is wrong. Of a schema that changes what it decodes, never.
 */
import { Schema, SchemaAST } from "effect"

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === "string"
const isFlag: Check = (value) => typeof value === "boolean"

export const exactly = ({ ast }: Schema.Constraint): Check => SchemaAST.toType(ast) === ast ? checkOf(ast) : () => false

const checkOf = (ast: SchemaAST.AST): Check => {
  if (ast.checks === undefined) {
    if (SchemaAST.isString(ast)) return isText
    if (SchemaAST.isBoolean(ast)) return isFlag
    if (SchemaAST.isObjects(ast) && ast.indexSignatures.length === 0) return fieldsOf(ast.propertySignatures)
    const [each] = SchemaAST.isArrays(ast) && ast.elements.length === 0 ? ast.rest : []
    if (each !== undefined) return listOf(checkOf(each))
  }
  return Schema.is(Schema.make<Schema.Schema<unknown>>(ast))
}

const listOf = (isEach: Check): Check => (value) => Array.isArray(value) && value.every(isEach)

const fieldsOf = (signatures: ReadonlyArray<SchemaAST.PropertySignature>): Check => {
  const checks = new Map(signatures.map(({ name, type }) => [name, checkOf(type)]))
  const needed = signatures.flatMap(({ name, type }) => SchemaAST.isOptional(type) ? [] : [name])
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false
    for (const name in value) {
      if (checks.get(name)?.(Reflect.get(value, name)) !== true) return false
    }
    for (const name of needed) {
      if (!Object.hasOwn(value, name)) return false
    }
    return true
  }
}
