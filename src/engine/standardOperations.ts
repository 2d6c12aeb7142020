import type { FileAttribute, FileNode, FileValue } from './onnxFile.ts'

type Fresh = (like: Pick<FileValue, 'dtype' | 'shape'>) => FileValue

/**
 * The same node in operations of the ONNX standard, which every runtime knows: ONNX Runtime's own (com.microsoft)
 * are taken apart.
 * @param fresh makes a value with a name of its own
 */
export function standardNodes(node: FileNode, fresh: Fresh): FileNode[] {
  if (node.domain !== 'com.microsoft') return [node]
  const lowering = lowerings[node.operation]
  if (!lowering) throw new Error(`${node.operation} has no form in standard operations.`)
  const nodes: FileNode[] = []
  const emit = (
    operation: string,
    inputs: readonly FileValue[],
    output: FileValue,
    attributes: FileNode['attributes'] = {},
  ): FileValue => {
    nodes.push({ operation, domain: '', inputs, outputs: [output], attributes })
    return output
  }
  lowering({ node, fresh, emit })
  return nodes
}

type Lowering = (parts: {
  readonly node: FileNode
  readonly fresh: Fresh
  readonly emit: (
    operation: string,
    inputs: readonly FileValue[],
    output: FileValue,
    attributes?: FileNode['attributes'],
  ) => FileValue
}) => void

const lowerings: Readonly<Record<string, Lowering>> = {
  /** alpha A B, either transposed on its last two axes. */
  FusedMatMul: ({ node, fresh, emit }) => {
    for (const name of ['transBatchA', 'transBatchB'])
      if (intOf(node.attributes[name]) !== 0) throw new Error(`FusedMatMul with ${name} is not known here.`)
    const [a, b, output] = operands(node)
    const factor = floatOf(node.attributes.alpha, 1)
    const turned = (value: FileValue, attribute: string): FileValue => {
      if (intOf(node.attributes[attribute]) === 0) return value
      const order = value.shape.map((_, axis) => axis)
      const last = order.length - 1
      const swapped = order.with(last, last - 1).with(last - 1, last)
      const shape = swapped.map((axis) => value.shape[axis] ?? 1)
      return emit('Transpose', [value], fresh({ dtype: value.dtype, shape }), { perm: { ints: swapped } })
    }
    const inputs = [turned(a, 'transA'), turned(b, 'transB')]
    if (factor === 1) emit('MatMul', inputs, output)
    else emit('Mul', [emit('MatMul', inputs, fresh(output)), number(fresh, factor)], output)
  },
}

function operands(node: FileNode): [FileValue, FileValue, FileValue] {
  const [a, b] = node.inputs
  const [output] = node.outputs
  if (!a || !b || !output) throw new Error(`${node.operation} without its operands cannot be written.`)
  return [a, b, output]
}

const number = (fresh: Fresh, entry: number): FileValue => ({
  ...fresh({ dtype: 'float32', shape: [] }),
  constant: Float32Array.of(entry),
})

const intOf = (attribute: FileAttribute | undefined): number =>
  attribute && 'int' in attribute ? attribute.int : 0

const floatOf = (attribute: FileAttribute | undefined, absent: number): number =>
  attribute && 'float' in attribute ? attribute.float : absent
