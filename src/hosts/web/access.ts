import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What another site's page, or another person's program, must not reach. */
export interface Access {
  /** Goes into the next address to be printed; good for one exchange. */
  token(): string
  /** Whether this is the present token. Uses it up: another takes its place. */
  takeToken(given: string): boolean
  /** Whether the request carries the session cookie. */
  hasSession(headers: IncomingHttpHeaders): boolean
  /** Whether it carries the cookie of a session that ended with an earlier host at this port. */
  hadSession(headers: IncomingHttpHeaders): boolean
  /** The `Set-Cookie` header that begins a session. */
  cookie(): string
}

/**
 * One session, and one token at a time.
 *
 * @param cookieName differs by port: browsers keep one set of cookies for all ports of a host.
 */
export function createAccess(cookieName: string): Access {
  let token = randomBytes(32).toString('base64url')
  const session = randomBytes(32).toString('base64url')
  const cookies = (headers: IncomingHttpHeaders) =>
    (headers.cookie ?? '')
      .split(';')
      .map((pair) => pair.trim().split('=', 2))
      .flatMap(([name, value]) => (name === cookieName && value !== undefined ? [value] : []))
  return {
    token: () => token,
    takeToken(given) {
      if (!sameSecret(given, token)) return false
      token = randomBytes(32).toString('base64url')
      return true
    },
    hasSession: (headers) => cookies(headers).some((value) => sameSecret(value, session)),
    hadSession: (headers) => cookies(headers).length > 0,
    cookie: () => `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`,
  }
}

/** Compares in a time that tells nothing; hashed first because the comparison wants equal lengths. */
function sameSecret(given: string, secret: string): boolean {
  const hashed = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hashed(given), hashed(secret))
}

/**
 * Whether the request was addressed to this machine by name. A page of another site that points its own
 * name at 127.0.0.1 (DNS rebinding) still sends that name. The port may differ: an SSH tunnel changes it.
 */
export const hostIsLocal = (headers: IncomingHttpHeaders): boolean =>
  /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(headers.host ?? '')

/** Whether the request comes from our own page, as far as its Origin says. A missing one fits unless `required`. */
export function originFits(headers: IncomingHttpHeaders, required: boolean): boolean {
  if (headers.origin === undefined) return !required
  return headers.origin.toLowerCase() === `http://${headers.host ?? ''}`.toLowerCase()
}

/**
 * Whether the browser vouches that our page made the request, or that the person opened the address.
 * Cookies do not tell ports apart, so a page of another local server would otherwise count as ours.
 */
export function fetchSiteFits(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}
