// TensorFlow.js registers its gradients only from its union package or from this file of tfjs-core. The file
// is ES module source that Node.js cannot resolve by itself, so the build and the tests bundle it
// (`bundledPackages` in vite.config.ts); all copies of tfjs-core share one registry and one engine.
import '@tensorflow/tfjs-core/dist/register_all_gradients'
