// Shows the contract that this server was built from, and nothing from anywhere else.
window.ui = window.SwaggerUIBundle({
  url: "/openapi.json",
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
  oauth2RedirectUrl: `${window.location.origin}/docs/oauth2-redirect.html`,
});
window.ui.initOAuth({
  clientId: "reserveeasy-docs",
  usePkceWithAuthorizationCodeGrant: true,
  scopes: ["account:manage", "bookings:read", "bookings:write"],
});
