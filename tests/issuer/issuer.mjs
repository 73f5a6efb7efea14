// An OpenID provider that is not ours: the certified `oidc-provider`, with keys of its own that are made
// anew at every start.
//
//   node issuer.mjs ISSUER AUDIENCE
//
// ISSUER is where it is reached (through the test's own relay), AUDIENCE what the service under test
// calls itself. Prints the port that it listens on, and ends when its standard input does. Who logs in,
// and what is to be said of them, stands in `login_hint`, as JSON.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

import Provider from 'oidc-provider';

const [issuer, audience] = process.argv.slice(2);
const accounts = new Map();
const key = (kind, options) => generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' });
const client = (client_id) => ({
  client_id,
  redirect_uris: ['https://client.example/callback'],
  token_endpoint_auth_method: 'none',
});

const provider = new Provider(issuer, {
  jwks: {
    keys: [
      key('rsa', { modulusLength: 2048 }),
      key('ec', { namedCurve: 'P-256' }),
      key('ed25519'),
    ],
  },
  clients: [client(audience), client('another')],
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'mail', 'scope', 'roles', 'groups'],
  },
  // ID tokens hold what is asked for by `scope`, as those of most providers do.
  conformIdTokenClaims: false,
  // Ten years: they are good at the time of the service's clock, too, which is the test's.
  ttl: { AccessToken: 315_360_000, IdToken: 315_360_000, Interaction: 60, Session: 60, Grant: 60 },
  findAccount: (_, accountId) => ({ accountId, claims: () => accounts.get(accountId) }),
  extraTokenClaims: (_, token) => accounts.get(token.accountId),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // Everybody agrees to everything.
  async loadExistingGrant(ctx) {
    const { client, session, params } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    if (params.resource) grant.addResourceScope(params.resource, 'platform:admin');
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      // `https://reserve.example/ES256`: an access token for the service, signed by ES256.
      getResourceServerInfo: (_, resource) => ({
        scope: 'platform:admin',
        audience,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: new URL(resource).pathname.slice(1) } },
      }),
    },
  },
});

let fetches = 0;
provider.use(async (ctx, next) => {
  if (ctx.path === '/jwks') fetches += 1;
  if (ctx.path === '/fetches') {
    ctx.body = String(fetches);
  } else if (ctx.path.startsWith('/interaction/')) {
    const { params } = await provider.interactionDetails(ctx.req, ctx.res);
    const claims = JSON.parse(params.login_hint);
    accounts.set(claims.sub, claims);
    const login = { accountId: claims.sub };
    await provider.interactionFinished(ctx.req, ctx.res, { login });
    ctx.respond = false;
  } else {
    await next();
  }
});

const server = provider.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
