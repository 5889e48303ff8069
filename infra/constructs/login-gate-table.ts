import { AttributeType, type Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { DataKey } from './data-key.ts';
import { retainedTable } from './retained-table.ts';

/** Each EnKash login's lease, possible failures and sealed token. Losing it would forget how near a lock-out is. */
export class LoginGateTable extends Construct {
  readonly dataKey: DataKey;
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.dataKey = new DataKey(this, 'Key', { description: 'Login gate: sealed EnKash tokens' });
    this.table = retainedTable(this, 'Table', this.dataKey.key, {
      partitionKey: { name: 'partner', type: AttributeType.STRING },
    });
  }
}
