// A real SAML identity provider for the tests: `node saml.mjs '<configuration>'`; it prints its address.
//
// Whoever comes is the person of the configuration: there is no log-in page. What the library expects
// of a web framework is given to it by hand.
import { createServer } from "node:http";
import samlp from "samlp";
import SessionParticipants from "samlp/lib/sessionParticipants/index.js";

const given = JSON.parse(process.argv[2]);
const { person } = given;

const SCHEMA = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";

class Profile {
  getClaims() {
    return person.claims;
  }
  getNameIdentifier() {
    return {
      nameIdentifier: person.id,
      nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    };
  }
}
Profile.prototype.schema = SCHEMA;

// One log-out at a time is under way in a test.
let underWay;
const store = {
  save: (_request, state, done) => done(null, ((underWay = state), "only")),
  load: (_request, _id, ...rest) => rest.at(-1)(null, underWay),
  update: (_request, _id, state, done) => done(null, (underWay = state)),
  destroy: (_request, _id, done) => done(),
};

const server = createServer(async (request, response) => {
  const address = new URL(request.url, "http://127.0.0.1");
  let body = "";
  for await (const part of request) body += part;
  request.query = Object.fromEntries(address.searchParams);
  request.body = Object.fromEntries(new URLSearchParams(body));
  response.set = (name, value) => response.setHeader(name, value);
  response.send = (first, second) => {
    if (typeof first === "number") response.statusCode = first;
    response.end(String(second ?? (typeof first === "number" ? "" : first)));
  };
  response.redirect = (where) => response.writeHead(302, { Location: where }).end();
  const failed = (error) => response.writeHead(500).end(String(error?.stack ?? error));
  if (address.pathname === "/slo") {
    return samlp.logout({
      issuer: given.entityId,
      cert: given.certificate,
      key: given.key,
      protocolBinding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
      deflate: true,
      sessionParticipants: new SessionParticipants([
        {
          serviceProviderId: given.audience,
          nameId: person.id,
          nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
          sessionIndex: person.sessionIndex,
          serviceProviderLogoutURL: given.slo,
          cert: given.audienceCertificate,
        },
      ]),
      clearIdPSession: (done) => done(),
      store,
    })(request, response, failed);
  }
  return samlp.auth({
    issuer: given.entityId,
    cert: given.certificate,
    key: given.key,
    destination: given.acs,
    recipient: given.acs,
    sessionIndex: person.sessionIndex,
    lifetimeInSeconds: 300,
    getPostURL: (_audience, _dom, _request, done) => done(null, given.acs),
    getUserFromRequest: () => person,
    profileMapper: () => new Profile(),
  })(request, response, failed);
});
server.listen(given.port ?? 0, "127.0.0.1", () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })),
);
