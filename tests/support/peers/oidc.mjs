// A real OpenID provider for the tests: `node oidc.mjs '<configuration>'`; it prints its address.
//
// The configuration names the client, its redirect URIs and the people, each with their claims.
import { Provider } from "oidc-provider";
import { createServer } from "node:http";

const given = JSON.parse(process.argv[2]);
const server = createServer();
await new Promise((listening) => server.listen(given.port ?? 0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [given.client],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "given_name", "family_name"],
    groups: ["groups"],
  },
  scopes: ["openid", "email", "profile", "groups", "offline_access"],
  conformIdTokenClaims: false,
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  findAccount: (_, id) =>
    given.people[id] && {
      accountId: id,
      claims: () => ({ sub: id, ...given.people[id] }),
    },
  cookies: { keys: ["only-for-tests"] },
});
provider.on("server_error", (_, error) => console.error(error));
provider.on("backchannel.error", (_, error) => console.error(error));
server.on("request", provider.callback());
console.log(JSON.stringify({ issuer }));
