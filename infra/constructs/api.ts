import { Aws, CfnResource } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type GatewayResponse, gatewayResponses, headersOf, problemOf } from '../../lib/api/gateway-responses.ts';
import type { Route } from '../../lib/api/routes/route.ts';
import { routes } from '../../lib/api/routes/routes.ts';
import { claimOf } from '../../lib/scopes.ts';
import { openOperation } from '../stage/open-operation.ts';
import { ServiceLogGroup } from './log-group.ts';

export interface ApiProps {
  readonly stage: string;
  readonly userPool: IUserPool;
  readonly functions: ReadonlyMap<string, IFunction>;
  readonly logKey: IKey;
  readonly throttle: { readonly rate: number; readonly burst: number };
  readonly tracing: boolean;
  /** @default true */
  readonly defaultEndpoint?: boolean;
}

/** The REST API of routes.ts: REGIONAL, every method behind the authorizer and its scopes unless the table says null. */
export class Api extends Construct {
  readonly rest: RestApi;
  readonly accessLog: ServiceLogGroup;
  /** Without a trailing slash: the paths of routes.ts follow. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.accessLog = new ServiceLogGroup(this, 'AccessLog', { key: props.logKey });
    this.rest = new RestApi(this, 'Rest', {
      // The dimension of its metrics, so it must differ between stages of an account.
      restApiName: `card-accounts-${props.stage}`,
      description: `EnKash card accounts, ${props.stage}`,
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      // One account-wide role is set up once, by hand (infra/README.md): a role per stage would overwrite it each time.
      cloudWatchRole: false,
      disableExecuteApiEndpoint: props.defaultEndpoint === false,
      deployOptions: {
        stageName: props.stage,
        accessLogDestination: new LogGroupLogDestination(this.accessLog),
        accessLogFormat: accessLogFormat(),
        tracingEnabled: props.tracing,
        ...methodSettings(props.throttle),
        methodOptions: Object.fromEntries(
          routes.flatMap(({ method, path, throttle }) =>
            throttle ? [[`${path}/${method}`, methodSettings(throttle)]] : [],
          ),
        ),
      },
    });
    const { defaultChild } = this.rest.node;
    // Without it the default endpoint takes TLS 1.0; the enhanced policies cannot be joined with mutual TLS.
    if (CfnResource.isCfnResource(defaultChild)) defaultChild.addPropertyOverride('SecurityPolicy', 'TLS_1_2');
    // Its own output would repeat ours.
    this.rest.node.tryRemoveChild('Endpoint');
    this.url = `https://${this.rest.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${props.stage}`;
    // The gateway names this group itself; made beforehand, it is encrypted and has an end.
    const executionLog = new ServiceLogGroup(this, 'ExecutionLog', {
      key: props.logKey,
      name: `API-Gateway-Execution-Logs_${this.rest.restApiId}/${props.stage}`,
    });
    this.rest.deploymentStage.node.addDependency(executionLog);
    const authorizer = new CognitoUserPoolsAuthorizer(this, 'Authorizer', { cognitoUserPools: [props.userPool] });
    for (const route of routes) this.#add(route, props.functions, authorizer);
    for (const response of gatewayResponses) this.#answer(response);
    this.#nameMethods();
  }

  /** The deployment depends on its methods; moto follows no DependsOn in a change set, but every reference, even here. */
  #nameMethods(): void {
    const deployment = this.rest.latestDeployment?.node.defaultChild;
    if (!CfnResource.isCfnResource(deployment)) throw new Error('The API has no deployment');
    deployment.addMetadata(
      'methods',
      this.rest.methods.map(({ methodId }) => methodId),
    );
  }

  #add(route: Route, functions: ApiProps['functions'], authorizer: CognitoUserPoolsAuthorizer): void {
    const handler = functions.get(route.functionName);
    if (handler === undefined)
      throw new Error(`${route.method} ${route.path}: there is no function ${route.functionName}`);
    const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
    const authorization =
      route.scope === null
        ? { authorizationType: AuthorizationType.NONE, operationName: openOperation }
        : { authorizationType: AuthorizationType.COGNITO, authorizer, authorizationScopes: [claimOf(route.scope)] };
    this.rest.root.resourceForPath(route.path).addMethod(route.method, integration, authorization);
  }

  #answer(response: GatewayResponse): void {
    const { type, status } = response;
    const headers = Object.entries(headersOf(response)).map(([name, value]) => [name, `'${value}'`]);
    this.rest.addGatewayResponse(type, {
      type: ResponseType.of(type),
      statusCode: `${status}`,
      responseHeaders: Object.fromEntries(headers),
      // The key that every request matches, whatever it accepts; the header above is what is sent.
      templates: { 'application/json': JSON.stringify(problemOf(type, '$context.requestId')) },
    });
  }
}

/** A method with settings of its own has none of the stage's. */
function methodSettings({ rate, burst }: ApiProps['throttle']): MethodDeploymentOptions {
  return {
    // Errors only: more would put headers and query strings into a log.
    loggingLevel: MethodLoggingLevel.ERROR,
    dataTraceEnabled: false,
    metricsEnabled: true,
    throttlingRateLimit: rate,
    throttlingBurstLimit: burst,
  };
}

/** Who, what and how it went; the route's pattern in place of its path, and no query: the audit line has the ids. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      at: AccessLogField.contextRequestTimeEpoch(),
      sourceIp: AccessLogField.contextIdentitySourceIp(),
      tls: '$context.tlsVersion',
      clientId: AccessLogField.contextAuthorizerClaims('client_id'),
      method: AccessLogField.contextHttpMethod(),
      route: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      gatewayError: AccessLogField.contextErrorResponseType(),
      waf: AccessLogField.contextWafResponseCode(),
      latencyMs: AccessLogField.contextResponseLatency(),
      functionMs: AccessLogField.contextIntegrationLatency(),
      bytes: AccessLogField.contextResponseLength(),
    }),
  );
}
