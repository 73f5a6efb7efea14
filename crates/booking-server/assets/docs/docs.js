// Shows the contract that this server was built from, and nothing from anywhere else.

// A proxy may have put the service below a path, of which the contract's own addresses know nothing.
const base = new URL(".", window.location.href);
const here = (address) => new URL(address.replace(/^\//, ""), base).href;

fetch(here("openapi.json"))
  .then((answer) => answer.json())
  .then((contract) => {
    contract.servers.forEach((server) => {
      server.url = here(server.url);
    });
    Object.values(contract.components.securitySchemes)
      .flatMap((scheme) => Object.values(scheme.flows ?? {}))
      .forEach((flow) => {
        ["authorizationUrl", "tokenUrl", "refreshUrl"]
          .filter((name) => name in flow)
          .forEach((name) => {
            flow[name] = here(flow[name]);
          });
      });
    window.ui = window.SwaggerUIBundle({
      spec: contract,
      dom_id: "#reference",
      deepLinking: true,
      displayRequestDuration: true,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      filter: true,
      showExtensions: true,
      tryItOutEnabled: true,
      // The validator of swagger.io would be asked otherwise.
      validatorUrl: null,
      presets: [window.SwaggerUIBundle.presets.apis],
      oauth2RedirectUrl: here("docs/oauth2-redirect.html"),
    });
    window.ui.initOAuth({
      clientId: "reserveeasy-docs",
      usePkceWithAuthorizationCodeGrant: true,
      scopes: ["account:manage", "bookings:read", "bookings:write"],
    });
  });
