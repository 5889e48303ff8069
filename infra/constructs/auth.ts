import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { resourceServer, scopeTexts } from '../../lib/scopes.ts';
import type { StageSettings } from '../stage/stage-schema.ts';

export interface AuthProps {
  readonly stage: string;
  readonly callers: StageSettings['callers'];
}

/** OAuth2 client credentials: a user pool without users, and one confidential client for each caller. */
export class Auth extends Construct {
  readonly userPool: UserPool;
  readonly tokenUrl: string;
  /** Caller name -> client id. */
  readonly clientIds: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, { stage, callers }: AuthProps) {
    super(scope, id);
    this.userPool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: false,
      accountRecovery: AccountRecovery.NONE,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // No user ever exists; the policy is for whoever would make one by hand.
      passwordPolicy: {
        minLength: 16,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
    });
    // Unique per region: the account's id makes it so, and nothing random would survive a second synth.
    const domainPrefix = `card-accounts-${stage}-${Aws.ACCOUNT_ID}`;
    this.userPool.addDomain('Domain', { cognitoDomain: { domainPrefix } });
    this.tokenUrl = `https://${domainPrefix}.auth.${Aws.REGION}.amazoncognito.com/oauth2/token`;
    this.clientIds = this.#clientsOf(callers);
  }

  #clientsOf(callers: AuthProps['callers']): ReadonlyMap<string, string> {
    const scopes = new Map(
      Object.entries(scopeTexts).map(([scopeName, scopeDescription]) => [
        scopeName,
        new ResourceServerScope({ scopeName, scopeDescription }),
      ]),
    );
    const server = this.userPool.addResourceServer('ResourceServer', {
      identifier: resourceServer,
      scopes: [...scopes.values()],
    });
    const clientOf = (name: string, granted: readonly string[]): UserPoolClient =>
      this.userPool.addClient(name, {
        generateSecret: true,
        accessTokenValidity: Duration.hours(1),
        authFlows: {},
        oAuth: {
          flows: { clientCredentials: true },
          scopes: [...scopes]
            .filter(([scope]) => granted.includes(scope))
            .map(([, it]) => OAuthScope.resourceServer(server, it)),
        },
      });
    return new Map(
      Object.entries(callers).map(([name, { scopes: granted }]) => [name, clientOf(name, granted).userPoolClientId]),
    );
  }
}

/** The value of `CALLERS`: {clientId: caller name}; refusals.ts says how many callers fit. */
export function callersVariable(clientIds: ReadonlyMap<string, string>): string {
  return `{${[...clientIds].map(([name, clientId]) => `"${clientId}":"${name}"`).join(',')}}`;
}
