import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { DataKey } from './keys.ts';

/** One item per partner: sealed token, lease, count of possible failures. Losing it would forget how near a lock-out is. */
export class LoginGateTable extends Construct {
  readonly dataKey: DataKey;
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.dataKey = new DataKey(this, 'Key', { description: 'Login gate: sealed EnKash tokens' });
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'partner', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.dataKey.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
