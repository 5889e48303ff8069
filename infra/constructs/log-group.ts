import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CustomDataIdentifier, DataProtectionPolicy, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface ServiceLogGroupProps {
  readonly key: IKey;
  /** Only where a service prescribes it. @default CloudFormation's name */
  readonly name?: string;
}

/**
 * A log group as RBI, DPDP and PCI DSS 10.5.1 want it: encrypted, kept a year, and retained when the stack goes.
 * Its data protection policy is the second net behind the logger's allow-list. It masks what has no business in a log:
 * EnKash's card ids and Indian mobile numbers. Company and card account ids stay readable: the audit line is about them.
 */
export class ServiceLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { key, name }: ServiceLogGroupProps) {
    super(scope, id, {
      encryptionKey: key,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      dataProtectionPolicy: new DataProtectionPolicy({
        identifiers: [
          new CustomDataIdentifier('EnKashCardId', 'EKC[A-Za-z0-9]{6,40}'),
          // Bounded by what is no digit: instants in milliseconds must stay readable.
          new CustomDataIdentifier('IndianMobileNumber', '[^0-9][6-9][0-9]{9}[^0-9]'),
        ],
      }),
      ...(name === undefined ? {} : { logGroupName: name }),
    });
  }
}
