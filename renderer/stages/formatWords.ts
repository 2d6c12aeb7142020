import type { FileFormat } from '../../src/contract/records.ts'

/** What is said of a file after its size and columns. */
export const formatRemarks: Readonly<Record<FileFormat, string>> = {
  text: '',
  parquet: ', a Parquet file',
  json: ', JSON',
}
