import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { DataKey } from './keys.ts';

/** Watches, slots, days and runs (lib/snapshots/keys.ts). A past balance cannot be asked for again: it is kept. */
export class BalancesTable extends Construct {
  readonly dataKey: DataKey;
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.dataKey = new DataKey(this, 'Key', { description: 'Balances over time' });
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.dataKey.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
