import type { Flavour } from '../../../src/contract/records.ts'
import { flavourKinds } from '../../../src/contract/settings.ts'
import { flavourTitles } from '../../flavourWords.ts'

/** What each kind learns, and when to use it. */
const sentences: Readonly<Record<Flavour['kind'], string>> = {
  denoising: 'Learns to repair rows that noise has damaged. The strongest on most tables: start here.',
  undercomplete:
    'Squeezes each row through a narrow code and rebuilds it. The plain autoencoder to compare with.',
  overcomplete:
    'Has more code nodes than inputs; noise keeps it from copying. For rows made of many fine patterns.',
  sparse: 'Lets only a few code nodes answer to a row. For tables that mix many kinds of rows.',
  contractive: 'Learns codes that small changes of a row leave alone. For measurements that jitter.',
  variational: 'Learns how rows are spread and can make new ones. When you also want likelihoods or samples.',
  conditional:
    'A variational network that judges each row against others in its context, such as its machine. When normal depends on circumstances.',
  linear: 'Learns straight-line relations between columns. When columns follow from others in proportion.',
  pca: 'Principal components: the exact straight-line answer, computed, not trained. A fast baseline to beat.',
  stacked: 'Trains layer by layer, then all layers together. For deep networks that learn badly at once.',
}

/** Every kind of autoencoder in words, Auto's first. */
export const flavours = flavourKinds.map((kind) => ({
  kind,
  title: flavourTitles[kind],
  sentence: sentences[kind],
}))
