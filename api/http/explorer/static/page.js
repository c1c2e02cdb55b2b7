// Shows the service's OpenAPI document. A key that is typed stays in this page, until it is left.
const place = document.getElementById("documentation");

window.SwaggerUIBundle({
  url: place.dataset.from,
  domNode: place,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  displayOperationId: true,
  filter: true,
  tryItOutEnabled: true,
  // The badge of a validator elsewhere.
  validatorUrl: null,
});
