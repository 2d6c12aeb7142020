// The plain records that cross between the page and the core. No behaviour, no imports of other layers.
export type * from './records/latent.ts'
export type * from './records/models.ts'
export type * from './records/project.ts'
export type * from './records/runs.ts'
export type * from './records/scoring.ts'
export type * from './records/tables.ts'
export type * from './records/training.ts'
