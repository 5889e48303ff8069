/** A partner secret that is filled, made up. */
export const filled = {
  partnerId: 'partner-5c1d',
  basicId: 'basic-id-88aa',
  basicSecret: 'canary-basic-secret',
  username: 'canary-user',
  password: 'canary-password',
  clientId: 'client-0f0f',
  encryption: 'aes-128-ecb',
  encryptionSecret: 'canary-encryption-secret',
};

export const secretWith = (changes: object): string => JSON.stringify({ ...filled, ...changes });

/** The CredentialsError with that reason, as `toMatchObject` takes it. */
export const refused = (reason: string) => ({
  name: 'CredentialsError',
  code: 'CREDENTIALS_UNAVAILABLE',
  message: 'The partner credentials are not available',
  reason,
});
