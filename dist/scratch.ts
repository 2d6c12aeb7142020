import { createRequire } from 'node:module'
import { createOnnxEngine } from '../src/engine/onnxEngine.ts'
import { modelSpec, networks, normalRows } from '../bench/support/networks.ts'

const { InferenceSession } = createRequire('/work/wt/speed/package.json')('onnxruntime-node')
const create = InferenceSession.create.bind(InferenceSession)
InferenceSession.create = async (bytes: Uint8Array, options: object) => {
  const session = await create(bytes, {
    ...options,
    ...(process.env.ORTX ? { extra: JSON.parse(process.env.ORTX) } : {}),
    ...(process.env.ORTS ? JSON.parse(process.env.ORTS) : {}),
    ...(process.env.ORTP ? { enableProfiling: true, profileFilePrefix: process.env.ORTP } : {}),
  })
  const release = session.release.bind(session)
  session.release = async () => {
    if (process.env.ORTP) session.endProfiling()
    await release()
  }
  return session
}
const which = Number(process.argv[2] ?? 0)
const threads = Number(process.argv[3] ?? 1)
const net = networks[which] ?? networks[0]
if (net) {
  const s = await createOnnxEngine(threads ? { threads } : {}).open(
    modelSpec(net),
    normalRows(2000, net.features),
  )
  const n = net.steps[0]
  await s.train(n)
  await s.train(n)
  const t: number[] = []
  for (let i = 0; i < 15; i++) {
    const a = performance.now()
    await s.train(n)
    t.push((performance.now() - a) / n)
  }
  t.sort((a, b) => a - b)
  console.log(which, 'threads', threads, 'median', t[7]?.toFixed(3), 'best', t[0]?.toFixed(3))
  await s.close()
}
