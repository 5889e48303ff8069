import { AttributeType, type Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { StageSettings } from '../stage/stage-schema.ts';
import { DataKey } from './data-key.ts';
import { retainedTable } from './retained-table.ts';

/** Watches, slots, days and runs (lib/balances/keys.ts). A past balance cannot be asked for again: it is kept. */
export class BalancesTable extends Construct {
  readonly dataKey: DataKey;
  readonly table: Table;

  constructor(scope: Construct, id: string, { warmThroughput }: Pick<StageSettings, 'warmThroughput'>) {
    super(scope, id);
    this.dataKey = new DataKey(this, 'Key', { description: 'Balances over time' });
    this.table = retainedTable(this, 'Table', this.dataKey.key, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      ...(warmThroughput && {
        warmThroughput: {
          readUnitsPerSecond: warmThroughput.reads,
          writeUnitsPerSecond: warmThroughput.writes,
        },
      }),
    });
  }
}
