import type { FailureCode, WireFailure } from './records.ts'

type Details = WireFailure['details']

/** An expected error: it says what went wrong, where, and what to do. Anything else thrown is a bug. */
export class Failure extends Error {
  readonly code: FailureCode
  readonly details: Details

  constructor(code: FailureCode, message: string, details: Details = {}) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.details = details
  }
}

/** Any thrown value as a record that can cross. Unexpected errors become `bug` and keep their message. */
export function toWireFailure(thrown: unknown): WireFailure {
  if (thrown instanceof Failure)
    return { code: thrown.code, message: thrown.message, details: thrown.details }
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return { code: 'cancelled', message: 'Cancelled.', details: {} }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'bug', message: message || 'Something unexpected went wrong.', details: {} }
}

/** The Failure that a wire record stands for. */
export function fromWireFailure(wire: WireFailure): Failure {
  return new Failure(wire.code, wire.message, wire.details)
}
