import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { placeholderSecret } from '../../lib/enkash/credentials.ts';
import { DataKey } from './data-key.ts';

export interface PartnerSecretsProps {
  readonly partners: readonly string[];
}

/** One secret per partner with its EnKash credentials; deployed as a placeholder, filled by hand, retained. */
export class PartnerSecrets extends Construct {
  readonly dataKey: DataKey;
  /** Partner name -> secret ARN. */
  readonly arns: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, { partners }: PartnerSecretsProps) {
    super(scope, id);
    this.dataKey = new DataKey(this, 'Key', { description: 'EnKash credentials of the partners' });
    this.arns = new Map(partners.map((partner) => [partner, this.#secretOf(partner)]));
  }

  #secretOf(partner: string): string {
    // The L1: the L2 grants the key to Secrets Manager with wildcard actions.
    const secret = new CfnSecret(this, partner, {
      description: `EnKash credentials of ${partner}`,
      kmsKeyId: this.dataKey.key.keyArn,
      // Never to change: CloudFormation would write the new text over a filled secret.
      secretString: placeholderSecret,
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return secret.ref;
  }
}
