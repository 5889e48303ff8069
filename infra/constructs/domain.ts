import { CfnBasePathMapping, DomainName, EndpointType, type RestApi, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { CustomDomain } from '../stage/stage-schema.ts';

export interface MutualTlsDomainProps {
  readonly domain: CustomDomain;
  readonly api: RestApi;
}

/** The API under a name of its own, for callers with a client certificate; the token is asked for as well. */
export class MutualTlsDomain extends Construct {
  readonly url: string;
  /** What the name's DNS record must point to. */
  readonly target: string;

  constructor(scope: Construct, id: string, { domain, api }: MutualTlsDomainProps) {
    super(scope, id);
    const [bucketName = '', ...key] = domain.truststoreUri.replace('s3://', '').split('/');
    const name = new DomainName(this, 'Name', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
      mtls: {
        bucket: Bucket.fromBucketName(this, 'Truststore', bucketName),
        key: key.join('/'),
        version: domain.truststoreVersion,
      },
    });
    new CfnBasePathMapping(this, 'Mapping', {
      domainName: name.domainName,
      restApiId: api.restApiId,
      stage: api.deploymentStage.stageName,
    });
    this.url = `https://${domain.name}`;
    this.target = name.domainNameAliasDomainName;
  }
}
