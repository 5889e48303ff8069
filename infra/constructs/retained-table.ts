import { RemovalPolicy } from 'aws-cdk-lib';
import { BillingMode, Table, TableEncryption, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** A table that is kept: encrypted with the key, restorable to any second of 35 days, protected from deletion. */
export function retainedTable(
  scope: Construct,
  id: string,
  key: IKey,
  props: Pick<TableProps, 'partitionKey' | 'sortKey' | 'timeToLiveAttribute' | 'warmThroughput'>,
): Table {
  return new Table(scope, id, {
    ...props,
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: key,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
