/** The one operation that is open says so by its name: API Gateway has no other place for it. */
export const openOperation = 'OpenApiDocument';
