import type { Encoder } from '../../src/pipeline/features/encoder.ts'

/** An encoder of so many plain number columns that are scaled already. */
export function numberEncoder(columns: number): Encoder {
  return {
    version: 1,
    softClip: true,
    columns: Array.from({ length: columns }, (_, index) => ({
      name: `column ${index + 1}`,
      type: 'number' as const,
      features: [
        {
          kind: 'number' as const,
          scaling: { centre: 0, spread: 1 },
          decimals: null,
          minimum: -10,
          maximum: 10,
        },
      ],
    })),
    dropped: [],
  }
}
