import * as tf from '@tensorflow/tfjs-core'

// Production mode only silences advice in the log ("install our node backend").
tf.enableProdMode()

/**
 * Runs `work` with TensorFlow.js computing on the named backend, then puts the previous one back. The current
 * backend is global to TensorFlow.js, so `work` must be synchronous: nothing else can then run in between.
 */
export function withBackend<T>(name: string, work: () => T): T {
  const previous = tf.getBackend()
  // The returned promise is already settled for backends that start synchronously, as all of ours do.
  if (previous !== name) void tf.setBackend(name)
  try {
    return work()
  } finally {
    if (previous && previous !== name) void tf.setBackend(previous)
  }
}
