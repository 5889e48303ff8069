import { describe, expect, test } from 'vitest';
import { functionTable } from '../../../infra/stage/function-table.ts';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

type Statement = { readonly Principal: { readonly Service?: string }; readonly Condition?: unknown };

const live = templateOf(settingsOf('live'));
const dev = templateOf(settingsOf('dev'));
const zones = settingsOf('live').zones.length;

describe('egress: fixed', () => {
  test('has one NAT gateway per zone, each with an address that is allocated beforehand and retained', () => {
    const addresses = resourcesOf(live, 'AWS::EC2::EIP');
    const gateways = resourcesOf(live, 'AWS::EC2::NatGateway');
    expect(gateways).toHaveLength(zones);
    expect(gateways.map(([, { Properties }]) => Properties.AllocationId['Fn::GetAtt'][0])).toEqual(
      addresses.map(([id]) => id),
    );
    for (const [, { DeletionPolicy }] of addresses) expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  test('puts the addresses into the outputs', () => {
    const outputs: Record<string, { Value: unknown }> = live.toJSON().Outputs;
    const values = Array.from({ length: zones }, (_, index) => outputs[`EgressAddress${index + 1}`]?.Value);
    expect(values).toEqual(resourcesOf(live, 'AWS::EC2::EIP').map(([id]) => ({ Ref: id })));
  });

  test('lets functions out to 443 only, and nothing in', () => {
    const [[, group] = []] = resourcesOf(live, 'AWS::EC2::SecurityGroup');
    expect(group?.Properties.SecurityGroupEgress).toMatchObject([{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }]);
    expect(group?.Properties.SecurityGroupIngress).toBeUndefined();
    expect(resourcesOf(live, 'AWS::EC2::SecurityGroupIngress')).toEqual([]);
  });

  test('holds every function but those that want no fixed address, and reaches DynamoDB without the NAT gateway', () => {
    const outside = functionTable.filter(({ outsideNetwork }) => outsideNetwork).map(({ title }) => title);
    expect(outside).toContain('Describe the API');
    for (const [, { Properties }] of resourcesOf(live, 'AWS::Lambda::Function')) {
      if (outside.includes(Properties.Description)) expect(Properties.VpcConfig).toBeUndefined();
      else expect(Properties.VpcConfig.SubnetIds).toHaveLength(zones);
    }
    const [[, endpoint] = []] = resourcesOf(live, 'AWS::EC2::VPCEndpoint');
    expect(JSON.stringify(endpoint?.Properties)).toMatch(/dynamodb.*Gateway/);
  });
});

describe('service principals', () => {
  test('act for this account alone, wherever their service states it', () => {
    for (const [, { Properties }] of resourcesOf(live, 'AWS::IAM::Role')) {
      const [{ Principal, Condition }] = Properties.AssumeRolePolicyDocument.Statement;
      // Lambda states no source when it takes a function's role; only our functions are given one.
      if (Principal.Service === 'lambda.amazonaws.com') continue;
      expect(Condition).toEqual({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
    }
    for (const [, { Properties }] of resourcesOf(live, 'AWS::KMS::Key')) {
      const services = Properties.KeyPolicy.Statement.filter(({ Principal }: Statement) => Principal.Service);
      for (const { Principal, Condition } of services) {
        if (Principal.Service === 'events.amazonaws.com') continue;
        expect(JSON.stringify(Condition)).toContain('AWS::AccountId');
      }
    }
  });
});

describe('egress: open', () => {
  test('has nothing of a network', () => {
    const types = Object.values<{ Type: string }>(dev.toJSON().Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('AWS::EC2::'))).toEqual([]);
    for (const [, { Properties }] of resourcesOf(dev, 'AWS::Lambda::Function'))
      expect(Properties.VpcConfig).toBeUndefined();
  });
});
