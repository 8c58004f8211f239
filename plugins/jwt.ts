import jwt, { type FastifyJWTOptions, type JWT } from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { toIdentity, type ClaimNames, type Identity } from '../src/auth/identity.ts'
import { keyFromSet, KeySetError, type FindKey } from '../src/auth/key-set.ts'
import type { KeySetTimes } from '../src/auth/key-set-upkeep.ts'
import { toKeys, type TokenKeys } from '../src/auth/token-keys.ts'
import { bearerToken } from '../src/auth/token-sources.ts'
import { isAccessToken } from '../src/auth/token-type.ts'
import { HubError } from '../src/errors.ts'
import { isRecord } from '../src/guards.ts'
import { authenticationRequired, unavailable } from '../src/http-error.ts'
import { andThen, attempt, type MaybePromise } from '../src/maybe-promise.ts'
import { toCallers } from './callers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The token that was verified, or is being verified. */
    hubVerification: { readonly token: string, identity: MaybePromise<Identity> | undefined } | undefined
    /**
     * What @fastify/jwt verifies with under the hub's own name, beside the `jwtVerify` that an application may have; absent on requests of
     * routes outside of the context that the plugin is registered in.
     */
    verifyAccessToken (): Promise<unknown>
  }
}

/** Keys and rules of tokens. Exactly one kind of key must be given. */
export interface JwtPluginOptions {
  readonly secret?: string | undefined
  /** A second secret beside the first, while one takes the place of the other: tokens of either are good. */
  readonly secretNext?: string | undefined
  readonly publicKey?: string | undefined
  readonly jwksUrl?: string | undefined
  /** All that fit the key when left out. */
  readonly algorithms?: readonly string[]
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
  readonly claims?: ClaimNames
  /** How long the key server may take, ms. */
  readonly keyTimeoutMs?: number
  /** How long a fetched key set is used, and how often it may be fetched. */
  readonly keySet?: Partial<KeySetTimes>
}

const defaultClaims: ClaimNames = { user: ['sub', 'user_id'], name: 'name', role: 'role' }
const DEFAULT_KEY_TIMEOUT_MS = 5_000
/** Where the library keeps what belongs to the hub, beside an application's own. */
const NAMESPACE = 'wshub'
/** The same for tokens of a second secret. */
const NEXT_NAMESPACE = 'wshubNext'
/** What the library says of a signature that the key did not make. */
const WRONG_SIGNATURE = 'FAST_JWT_INVALID_SIGNATURE'

/** Decorates `callers`: tokens tell who somebody is, at once unless a key has to be fetched. @fastify/jwt verifies; what it answers with 400 or 500 although the token is bad becomes 401. */
export default fp<JwtPluginOptions>(async (app, options) => {
  const { claims = defaultClaims } = options
  const keys = toKeys(options)
  const findKey = findKeyOf(keys, options)
  app.decorateRequest('hubVerification', undefined)
  await app.register(jwt, { ...toJwtOptions(options, keys, findKey), namespace: NAMESPACE, jwtVerify: 'verifyAccessToken', decoratorName: 'accessClaims' })
  if (keys.secretNext !== undefined) await app.register(jwt, { ...toJwtOptions(options, { ...keys, secret: keys.secretNext }), namespace: NEXT_NAMESPACE })
  const verify = verifierOf(app, findKey)
  const identityOf = (token: string, request?: FastifyRequest): MaybePromise<Identity> => (
    andThen(verify(token, request), (verified) => toAccess(verified, claims))
  )
  const knocking = (request: FastifyRequest, token: string | undefined): MaybePromise<Identity | undefined> => {
    if (token === undefined) return undefined
    if (request.hubVerification?.token !== token) request.hubVerification = { token, identity: undefined }
    request.hubVerification.identity ??= attempt(() => identityOf(token, request), refuse)
    return request.hubVerification.identity
  }
  app.decorate('callers', toCallers({
    find: (request) => knocking(request, bearerToken(request.headers.authorization)),
    knocking,
    identify: (token) => attempt(() => identityOf(token), refuseInBand)
  }))
}, { name: 'jwt', fastify: '5.x' })

type Verify = (token: string, request?: FastifyRequest) => MaybePromise<unknown>

/** Only a key that has to be looked up makes anybody wait. */
function verifierOf (app: FastifyInstance, findKey: FindKey | undefined): Verify {
  const { [NAMESPACE]: library, [NEXT_NAMESPACE]: next } = app.getDecorator<Libraries>('jwt')
  if (next !== undefined) return (token) => verifyByEither(library, next, token)
  if (findKey === undefined) return (token) => library.verify<object>(token)
  // By the same options in both ways; with a request the library keeps what it has made of a key, which is most of the work.
  return (token, request) => request !== undefined && 'verifyAccessToken' in request ? request.verifyAccessToken() : verifyBySet(library, findKey, token)
}

interface Libraries {
  readonly [NAMESPACE]: JWT
  readonly [NEXT_NAMESPACE]?: JWT
}

/** What is wrong with a token of the first secret is so whatever the second one: only a foreign signature is looked at twice. */
function verifyByEither (library: JWT, next: JWT, token: string): unknown {
  try {
    return library.verify<object>(token)
  } catch (error) {
    if (!isRecord(error) || error['code'] !== WRONG_SIGNATURE) throw error
    return next.verify<object>(token)
  }
}

async function verifyBySet (library: JWT, findKey: FindKey, token: string): Promise<unknown> {
  return library.verify<object>(token, { key: await findKey(headerOf(library.decode<object>(token))) })
}

function findKeyOf ({ jwksUrl, algorithms }: TokenKeys, { keyTimeoutMs = DEFAULT_KEY_TIMEOUT_MS, keySet }: JwtPluginOptions): FindKey | undefined {
  return jwksUrl === undefined ? undefined : keyFromSet(jwksUrl, { algorithms, timeoutMs: keyTimeoutMs, ...keySet })
}

function headerOf (decoded: unknown): unknown {
  return isRecord(decoded) ? decoded['header'] : undefined
}

function toAccess (verified: unknown, claims: ClaimNames): Identity {
  if (!isRecord(verified)) throw new Error('the token was not read')
  const identity = toIdentity(verified['payload'], claims)
  if (!isAccessToken(verified['header'])) throw new Error('the token is of a type that gives no access')
  return identity
}

/**
 * Whatever a token brings the library to throw, the token is to blame for it. A promise in any case, so that a refusal can be kept
 * for the request as an identity is.
 */
async function refuse (error: unknown): Promise<never> {
  throw error instanceof KeySetError ? unavailable('key server unavailable', error) : authenticationRequired(error)
}

/** The same where no answer of HTTP comes of it. Only the text of what was wrong goes on: the library's errors may hold parts of a token. */
async function refuseInBand (error: unknown): Promise<never> {
  if (error instanceof KeySetError) throw new HubError('UNAVAILABLE', 'key server unavailable', { cause: error })
  throw new HubError('UNAUTHORIZED', String(error))
}

function toJwtOptions ({ issuer, audience }: JwtPluginOptions, keys: TokenKeys, findKey?: FindKey): FastifyJWTOptions {
  return {
    secret: secretOf(keys, findKey),
    // The key function needs the header.
    decode: { complete: true },
    verify: {
      // The type of a token stands in its header.
      complete: true,
      algorithms: [...keys.algorithms],
      // The library takes an absent claim for an allowed one: they have to be required as well.
      requiredClaims: ['exp', ...(issuer === undefined ? [] : ['iss']), ...(audience === undefined ? [] : ['aud'])],
      ...(issuer !== undefined && { allowedIss: issuer }),
      ...(audience !== undefined && { allowedAud: audience }),
      extractToken: ({ hubVerification }) => hubVerification?.token
    }
  }
}

function secretOf ({ secret = '', publicKey }: TokenKeys, findKey: FindKey | undefined): FastifyJWTOptions['secret'] {
  if (findKey !== undefined) return async (_request: FastifyRequest, token: unknown) => await findKey(headerOf(token))
  return publicKey === undefined ? secret : { public: publicKey }
}
