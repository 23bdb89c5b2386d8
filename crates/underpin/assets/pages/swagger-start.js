// Starts Swagger UI. A file of its own, so that the page's policy can refuse inline scripts.
"use strict";
const place = document.getElementById("swagger-ui");
window.ui = SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapiUrl,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
  persistAuthorization: true,
  validatorUrl: null,
  oauth2RedirectUrl: new URL("docs/oauth2-redirect", document.baseURI).href,
});
window.ui.initOAuth({
  clientId: place.dataset.clientId,
  usePkceWithAuthorizationCodeGrant: true,
});
