/* The reference. On the local stage calls can be tried, with a token at hand. No module: a browser loads none from a file. */
(() => {
  const { contract, local } = window;
  const { origin } = window.location;
  const tokens = new Map();
  const caller = document.querySelector('#caller');

  /** A token of the chosen caller, kept for half of its hour. */
  async function tokenAtHand() {
    const kept = tokens.get(caller.value);
    if (kept && Date.now() < kept.until) return kept.text;
    const response = await fetch(`token?caller=${encodeURIComponent(caller.value)}`, { method: 'POST' });
    const { access_token: text } = await response.json();
    tokens.set(caller.value, { text, until: Date.now() + 1_800_000 });
    return text;
  }

  if (local) {
    // The page may have been opened by another name of this machine.
    contract.servers = [{ url: origin, description: 'This local stage' }];
    document.querySelector('.at-hand').hidden = false;
  }

  window.SwaggerUIBundle({
    spec: contract,
    dom_id: '#reference',
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    // A static folder does not know where a stage is, nor has it a token.
    supportedSubmitMethods: local ? ['get', 'post', 'put', 'delete'] : [],
    tryItOutEnabled: Boolean(local),
    presets: [window.SwaggerUIBundle.presets.apis],
    requestInterceptor: async (request) => {
      if (local && request.url.startsWith(origin) && !request.headers.Authorization)
        request.headers.Authorization = `Bearer ${await tokenAtHand()}`;
      return request;
    },
  });
})();
