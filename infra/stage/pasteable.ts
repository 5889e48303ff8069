/** Commands about a deployed stage, whole, for texts from which they are pasted at night. */
export function pasteableCommands(stage: string) {
  const deploy = `npx cdk deploy -c stage=${stage}`;
  const output = (name: string): string =>
    `$(aws cloudformation describe-stacks --stack-name CardAccounts-${stage} --query 'Stacks[0].Outputs[?OutputKey==\`${name}\`].OutputValue' --output text)`;
  return {
    deploy,
    rollBack: `git checkout COMMIT && npm ci && ${deploy}`,
    doctor: `npm run doctor -- --stage ${stage}`,
    gate: (verb: string, partner: string): string => `npm run gate -- ${verb} --stage ${stage} --partner ${partner}`,
    /** @param queue the output that is its URL */
    readMessage: (queue: string): string =>
      `aws sqs receive-message --message-attribute-names All --queue-url ${output(queue)}`,
    /** @param name of the function */
    readLog: (name: string): string => `aws logs tail ${output(`Log${name.replaceAll('-', '')}`)} --since 1h`,
  };
}
