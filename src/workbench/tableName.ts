import { parse } from 'node:path'

/** "readings.csv.gz" is shown as "readings". */
export const tableName = (fileName: string): string => parse(fileName.replace(/\.gz$/i, '')).name || fileName
