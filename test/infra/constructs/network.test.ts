import { describe, expect, test } from 'vitest';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

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
    for (const [, { DeletionPolicy }] of addresses) expect(DeletionPolicy).toBe('Retain');
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

  test('holds every function, and reaches DynamoDB without the NAT gateway', () => {
    for (const [, { Properties }] of resourcesOf(live, 'AWS::Lambda::Function')) {
      expect(Properties.VpcConfig.SubnetIds).toHaveLength(zones);
    }
    const [[, endpoint] = []] = resourcesOf(live, 'AWS::EC2::VPCEndpoint');
    expect(JSON.stringify(endpoint?.Properties)).toMatch(/dynamodb.*Gateway/);
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
